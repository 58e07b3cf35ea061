"""Card and account numbers in free text, found by shape and confirmed by check digits."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

GAP = r"[\s\p{Z}\p{Pd}\u2212./_:;,|·•*~'\\()\[\]]"
# Possessive, so that Java's matcher does not recurse; bounded, so that a table of numbers is read in pieces.
RUN = rf"(?<![0-9])[0-9](?:{GAP}{{0,3}}+[0-9]){{11,199}}+[0-9]*+"
YEAR = "(?:19[3-9]|20[0-4])[0-9]"
DATE = (
    rf"(?<![0-9])(?<![0-9][./])(?:[0-3]?[0-9]([./-])[01]?[0-9]\1{YEAR}(?!\1?[0-9])"
    rf"|{YEAR}-[01][0-9]-[0-3][0-9](?!-?[0-9]))"
)
# Payment cards have 13 to 19 digits, the first ones name the issuer (ISO/IEC 7812); only Maestro has cards of 12. No
# issuer starts with 8 or 9; 10 to 12, 19 to 21 and 31 to 33 start days, years and sizes.
ISSUERS = dict.fromkeys(range(13, 20), "[456]|3 ?[04-9]|2 ?[2-7]|2 ?1 ?3 ?1|1 ?8 ?0 ?0")
ISSUERS[12] = "5 ?0 ?[123] ?[08]|5 ?8 ?9 ?3|6 ?3 ?[09] ?[04]|6 ?7 ?[56] ?[1239]"
# What is meant for a card, even where a digit is wrong. Four groups of four alone may be models: 3620 3640 7110 7610
MEANT = (
    rf"(?<![0-9])3[47][0-9]{{2}}{GAP}{{1,3}}[0-9]{{6}}{GAP}{{1,3}}[0-9]{{5}}(?![0-9])"
    r"|(?<![0-9])[2-6][0-9]{3}(?:\p{Pd}[0-9]{4}){3}(?:\p{Pd}[0-9]{1,3})?(?![0-9])"
    r"|(?<label>(?i:card|karte|carte|visa|master|amex|credit|debit)[^0-9]{0,24})"
    rf"[2-6][0-9]{{3}}(?:{GAP}{{1,3}}[0-9]{{4}}){{3}}(?:{GAP}{{1,3}}[0-9]{{1,3}})?(?![0-9])"
)
# Countries by the length of their IBAN (ISO 13616).
COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
BY_LENGTH = "|".join(
    rf"(?:{countries.replace(' ', '|')})(?:{GAP}{{0,2}}[0-9]){{2}}(?:{GAP}{{0,2}}[0-9A-Z]){{{length - 4}}}"
    for length, countries in COUNTRIES.items()
)
# A look ahead, so that "at 12" before "DE89 …" does not count as an Austrian number and hide the German one.
IBAN = rf"(?i)(?:(?<![\p{{L}}\p{{N}}])|(?<=iban))(?=({BY_LENGTH})(?![\p{{L}}\p{{N}}]))"
VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def without_cards(text: Column) -> Column:
    """`text` with card numbers replaced by [card], together with digits that run into them."""
    runs = F.regexp_extract_all(text, F.lit(RUN), F.lit(0))
    kept = F.transform(runs, lambda run: F.when(_holds_a_card(run), "[card]").otherwise(run))
    after_last = F.lit("")  # there is one run fewer than there are pieces between them
    pieces = F.zip_with(F.split(text, RUN), kept, lambda before, run: F.concat(before, F.coalesce(run, after_last)))
    return F.regexp_replace(F.array_join(pieces, ""), MEANT, "${label}[card]")


def without_ibans(text: Column) -> Column:
    """`text` with account numbers (IBAN) replaced by [iban]."""
    found = F.array_distinct(F.filter(F.regexp_extract_all(text, F.lit(IBAN), F.lit(1)), _is_iban))
    return F.reduce(found, text, lambda rest, iban: F.replace(rest, iban, F.lit("[iban]")))


def _holds_a_card(run: Column) -> Column:
    """Whether consecutive groups of digits together form a card number; dates separate groups."""
    groups = F.regexp_replace(F.regexp_replace(run, DATE, "date"), f"{GAP}+", " ")
    windows = [
        rf"(?<![0-9])(?={issuer})(?=([0-9](?: ?[0-9]){{{length - 1}}})(?![0-9]))" for length, issuer in ISSUERS.items()
    ]
    found = F.flatten(F.array(*(F.regexp_extract_all(groups, F.lit(window), F.lit(1)) for window in windows)))
    return ~_is_list(groups) & F.exists(found, _is_card)


def _is_list(groups: Column) -> Column:
    """Whether the groups are an ascending list of sizes or models, such as 36 37 38 39 40 41 42."""
    sizes = F.transform(F.split(F.trim(groups), " "), lambda size: size.try_cast("bigint"))
    rising = F.array_distinct(F.array_sort(sizes))
    return (F.size(sizes) >= 7) & ((rising == sizes) | (rising == F.reverse(sizes)))


def _is_card(groups: Column) -> Column:
    """Whether the Luhn check digit is right and the number is no EAN."""
    luhn = F.call_function("luhn_check", F.replace(groups, F.lit(" "), F.lit("")))
    return luhn & ~(groups.rlike("^[0-9]{13}$") & _is_ean(groups))


def _is_ean(digits: Column) -> Column:
    """Whether 13 digits have the check digit of a product code (GS1)."""
    places = F.sequence(F.lit(1), F.lit(13))
    weighed = F.transform(
        places, lambda place: F.substring(digits, place, F.lit(1)).cast("int") * (3 - 2 * (place % 2))
    )
    return F.reduce(weighed, F.lit(0), lambda total, part: total + part) % 10 == 0


def _is_iban(found: Column) -> Column:
    """Whether the check digits are right (modulo 97); a country code in capitals followed by digits is accepted
    without.
    """
    code = F.upper(F.regexp_replace(found, f"{GAP}+", ""))
    moved = F.concat(F.substring(code, F.lit(5), F.length(code)), F.substring(code, 1, 4))
    values = F.transform(F.split(moved, ""), lambda sign: F.instr(F.lit(VALUES), sign) - 1)
    rest = F.reduce(values, F.lit(0), lambda rest, value: (rest * F.when(value < 10, 10).otherwise(100) + value) % 97)
    return (rest == 1) | found.rlike(rf"^[A-Z]{{2}}[0-9]{{2}}(?:{GAP}?[0-9]){{14,}}$")
