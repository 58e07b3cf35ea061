"""Postal addresses in free text: street, house number, and what follows up to the town.

A street and a number alone are often a title ("21 Jump Street"): they count only with a postcode or state after them,
or with words before them that speak of a home ("I live at"). German compounds ("Hauptstraße 12") always count.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

# Repetitions are bounded: Java's matcher recurses on groups, and a street must not be looked for through a whole text.
NAME = r"\p{Lu}[\p{L}'’-]{1,40}"
WORD = r"[\p{L}0-9.'’-]{1,30}"
TOWN = (
    rf"(?:(?:St|Sankt|Sainte?|Sint|Bad|San|Santa|Den|De|Le|La|Los)\.? )?{NAME}"
    rf"(?:(?: (?:am|an der|aan den|im|bei|ob der) |/){NAME})?"
)
NUMBER = r"[0-9]{1,4}(?: ?[a-hA-H]\b)?(?: ?[-/] ?[0-9]{1,4}[a-h]?\b)?"
POSTCODE = (
    r"(?:[A-Z]{1,3}[ -])?(?:[0-9]{4} ?[A-Z]{2}\b|[0-9]{2}-[0-9]{3}|[0-9]{3} [0-9]{2}\b|[0-9]{4,5}(?:-[0-9]{3})?),?"
)
STRASSE = r"(?:[Ss]tra(?:ß|ss)e|[Ss]tr\b\.?)"
GERMAN = (
    rf"(?<!\p{{L}})(?:\p{{L}}[\p{{L}}-]{{2,40}}{STRASSE}"
    rf"|\p{{Lu}}\p{{L}}{{2,30}}(?:er |-)(?:\p{{Lu}}\p{{L}}{{1,30}}[ -]){{0,2}}{STRASSE})"
)
NO_DISTANCE = r"(?! ?(?:[.,][0-9]|[kcm]?m\b|km|mph|€|%|Uhr|Meter|Stunden|Minuten|[Mm]al\b))(?![0-9])"
ROAD = (
    rf"(?:{GERMAN}|\p{{L}}[\p{{L}}-]{{1,40}}(?:weg|platz|allee|gasse|ring|damm|ufer|chaussee|steig|markt|hof|berg|straat"
    r"|gracht|laan|plein|kade|steeg|pad|dreef|baan|boulevard|gatan|vägen|vej|gade|gata|veien|katu)"
    rf"|(?:{NAME}[ -]){{1,3}}(?:Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Chaussee|Markt|Tor)"
    r"|(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Cc]alle|C/|[Aa]venida|A[vl]\.|Avda\.?|[Pp]laza|[Pp]aseo|[Rr]ua|[Uu]lica"
    r"|[Aa]leja|ul\.|al\.|pl\.|os\.) ?[\p{L} .'’-]{2,40})"
)
CONTINENTAL = (
    # Hauptstraße 12, 10115 Berlin; Berliner Str. 5; Karl-Marx-Straße 12-14
    rf"{GERMAN} ?{NUMBER}{NO_DISTANCE}(?:,? ?{POSTCODE} {TOWN})?",
    # Mühlenweg 3 80331 München; Keizersgracht 123, 1015 CJ Amsterdam; Calle Mayor 5, Madrid, 28013
    rf"(?<!\p{{L}}){ROAD},? {NUMBER},? (?:{POSTCODE} {TOWN}|{TOWN}(?: {NAME})?, [0-9]{{5}}\b)",
    # Unter den Linden 77, 10117 Berlin; Straße des 17. Juni 135, 10623 Berlin
    rf"(?<!\p{{L}}){NAME}(?: {WORD}){{0,4}} {NUMBER}, ?(?:[A-Z]{{1,2}}-)?(?![0-9]{{2}}000)[0-9]{{5}} {TOWN}",
    # 12 rue de la Paix, 75002 Paris
    r"(?<![0-9])(?:[0-9]{1,4}(?: ?(?:bis|ter|[a-dA-D])\b)?,? )?\b(?i:rue|avenue|av\.|boulevard|bd\.?|place|chemin|allée"
    rf"|impasse|quai|cours|route|square|passage) [\p{{L}} .'’-]{{2,40}},? (?:F-)?[0-9]{{5}} {TOWN}",
)

FLAT = r"(?:\b(?i:flat|apt|apartment|unit|suite)\.? [0-9A-Z]{1,4},? )?"
HOUSE = rf"{FLAT}(?<![0-9\p{{L}}.,$€£])[0-9]{{1,6}}(?:[-/][0-9]{{1,5}})?[a-zA-Z]?,? "
STREET = (
    r"(?:street|st|avenue|ave?|boulevard|blvd|road|rd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|ter"
    r"|way|parkway|pkwy|highway|hwy|circle|cir|close|crescent|cres|gardens|gdns|grove|mews|row|walk|hill|green|park|trail|trl|loop"
    r"|broadway|plaza|pike|turnpike|alley|route|rte)\b\.?"
)
UNIT = r"(?:,? (?:(?:apt|apartment|suite|ste|unit|floor|fl|room|rm|flat)\b\.? ?#? ?|# ?)[\p{L}0-9-]{1,6})?"
WAY = rf"(?:{WORD} ){{0,5}}?{STREET}(?:,? (?:[ns]\.?[ew]?\.?|[ew]\.?)\b)?{UNIT}"
PLACE = r"(?:,? [\p{L}.'’-]{2,30}){1,4}?"
STATE = (
    r"(?:A[AEKLPRSZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT"
    r"|V[AIT]|W[AIVY])"
)
STATE_NAME = (
    r"(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    r"|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana"
    r"|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon"
    r"|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin|Wyoming)"
)
ZIP = r"[0-9]{5}(?:-[0-9]{4})?\b"
UK_AREA = (
    "(?:A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?"
    "|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE)"
)
UK_POSTCODE = rf"{UK_AREA}[0-9][0-9A-Z]? [0-9](?!GB|TB)[ABD-HJLNP-UW-Z]{{2}}\b"  # M1 8GB is a computer
ENGLISH = (
    rf"\bP\.? ?O\.? ?[Bb]ox [0-9]{{1,6}}\b(?:(?:,? {NAME}){{1,3}},? (?:{STATE},? )?{ZIP})?",
    rf"\bPostfach [0-9]{{1,2}}(?: ?[0-9]{{2}}){{0,3}}\b(?:,? {POSTCODE} {TOWN})?",
    # 1600 Pennsylvania Ave NW, Washington, DC 20500
    rf"{HOUSE}(?:[\p{{Lu}}0-9#][\p{{L}}0-9.'’-]{{0,30}},? ){{1,9}}?(?:{STATE}\b\.?|{STATE_NAME}),? {ZIP}",
    # 12 main street, springfield, il 62701; 12 Main St., Apt 4B, Springfield, IL
    rf"(?i){HOUSE}{WAY}(?:{PLACE},? (?:{STATE}\b\.?|{STATE_NAME}),? {ZIP}|{PLACE}, (?-i:{STATE}|{STATE_NAME})\b)",
    # 221B Baker Street, London NW1 6XE
    rf"{HOUSE}(?:{WORD},? ){{1,8}}?{UK_POSTCODE}",
)
# I live at 12 Oak Lane
LIVES = (
    r"\b(?:(?:lives?|lived|living|reside|stay) (?:at|on|in)|address(?: is)?|(?:ship|send|sent|deliver|mail|move)"
    r"(?:p?ed)?(?: it| them| this)? to|(?:home|house) (?:at|is|on)):? "
)
AT_HOME = rf"(?i)({LIVES}){HOUSE}(?:[\p{{L}}.'’-]{{1,30}} ){{1,3}}?{STREET}{UNIT}"
HINT = (
    r"[0-9]{5}|[0-9]{2}-[0-9]{3}|[0-9]{4},? ?\p{Lu}|[0-9]{3} [0-9]{2} \p{Lu}|[0-9][A-Z]{2}\b|, [A-Z]{2}\b"
    r"|(?i:stra(?:ß|ss)e|str\b|\bbox |postfach|\b(?:li[sv]|addr|ship|deli|sen[dt]|mail|mov|stay|resi|home|house))"
)


def without_addresses(text: Column) -> Column:
    """`text` with postal addresses as [address]."""
    masked = reduce(lambda t, pattern: F.regexp_replace(t, pattern, "[address]"), (*CONTINENTAL, *ENGLISH), text)
    masked = F.regexp_replace(masked, AT_HOME, "$1[address]")
    return F.when(text.rlike("[0-9]") & text.rlike(HINT), masked).otherwise(text)
