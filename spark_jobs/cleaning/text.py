"""HTML and wrongly decoded UTF-8 -> plain text, in SQL."""

from __future__ import annotations

import json
from html.entities import html5, name2codepoint

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs.cleaning.parsing import filled

# Neither runs over an opening of its own kind, so that many unclosed ones take no longer than one.
UNSEEN = r"(?i)<(script|style|head)\b[^<]*+(?:<(?!/?\1)[^<]*+){0,500}</\1\s*>"
COMMENT = r"<!--[^-]*+(?:-(?!->)[^-]*+){0,500}-->"
BLOCKS = (
    "address|article|aside|blockquote|body|br|center|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|"
    "html|img|input|li|main|nav|ol|option|p|pre|section|select|table|tbody|td|tfoot|th|thead|tr|ul"
)
INLINE = (
    "a|abbr|acronym|b|big|button|cite|code|del|em|font|i|iframe|ins|kbd|label|link|mark|meta|noscript|o:p|q|s|samp|script|"
    "small|span|strike|strong|style|sub|sup|time|tt|u|var|wbr"
)
TOKEN = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|&|[^&]+"
# Blocks with characters that NFC composes or replaces; few texts hold any, and a text that is composed stays as it is.
MAY_COMPOSE = (
    r"[\p{M}\u0374-\u0387\u0900-\u11FF\u1F00-\u2001\u2126-\u2ADC\uF900-\uFB4F\x{11000}-\x{1D1FF}\x{2F800}-\x{2FA1F}]"
)
# The names of HTML 4, and those that HTML 5 has for signs of ASCII: an @ written &commat; is one.
NAMED = json.dumps(
    {name: chr(code) for name, code in name2codepoint.items()}
    | {name[:-1]: sign for name, sign in html5.items() if name.endswith(";") and sign.isascii()}
)
# Windows-1252 has letters and signs where Latin-1 has the control characters U+0080 to U+009F.
SIGNS = {bytes([code]).decode("cp1252", "ignore"): chr(code) for code in range(0x80, 0xA0)}
SIGNS.pop("")
NEXT = "[\u0080-\u00bf" + "".join(SIGNS) + "]"  # a byte of UTF-8 that is not the first
# The first bytes of Latin letters, of punctuation and signs, of kana and CJK marks, of the byte order mark and
# variation selectors, and of emoji. Others are left out: `voilà »` would become a letter that nobody wrote.
MOJIBAKE = f"[ÂÃÄÅ]{NEXT}|â{NEXT}{{2}}|ã[\u0080-\u0083€‚ƒ]{NEXT}|ï[¸»]{NEXT}|ð[\u009fŸ]{NEXT}{{2}}"
# Of Cyrillic and Greek letters, which are believed where three stand in a row: one alone may be Spanish.
ANY_MOJIBAKE = f"{MOJIBAKE}|[ÐÑÎÏ]{NEXT}"
THREE_LETTERS = f"(?:[ÐÑÎÏ]{NEXT}){{3}}"
FIRST_BYTES = "ÂÃÄÅÐÑÎÏâãïð"


def with_plain_text(rows: DataFrame, *columns: str) -> DataFrame:
    """`rows` whose `columns` have no tags, entities, control characters or runs of blanks, and are in Unicode NFC.

    An empty text is null. Only element names of HTML count as tags, so that `<3` and `<me@example.org>` stay. Entities
    are decoded first, at most twice, because shops export escaped markup; then wrongly decoded UTF-8 is repaired. Each
    step is a projection of its own, because nested expressions would be computed repeatedly.
    """
    for step in (_without_entities, _repaired, _repaired, _without_tags, _composed, _folded, filled):
        rows = rows.withColumns({c: step(F.col(c)) for c in columns})
    return rows


def _without_entities(text: Column) -> Column:
    names = F.from_json(F.lit(NAMED), "map<string,string>")

    def meant(token: Column) -> Column:
        name = F.substring(token, F.lit(2), F.length(token) - 2)
        named = F.coalesce(F.try_element_at(names, name), token)
        return (
            F.when(token.startswith("&#"), _character(F.substring(name, F.lit(2), F.length(name))))
            .when(token.startswith("&") & token.endswith(";"), named)
            .otherwise(token)
        )

    tokens = F.regexp_extract_all(text, F.lit(TOKEN), F.lit(0))
    return F.when(text.contains("&"), F.array_join(F.transform(tokens, meant), "")).otherwise(text)


def _character(number: Column) -> Column:
    """The character with this number, decimal or `x` and hexadecimal; empty where there is none.

    Numbers 128 to 159 mean those of Windows-1252, as in browsers.
    """
    is_hex = F.lower(number).startswith("x")
    code = F.when(is_hex, F.conv(F.substring(number, 2, 6), 16, 10)).otherwise(number).try_cast("int")
    exists = code.between(1, 0xD7FF) | code.between(0xE000, 0x10FFFF)
    character = F.decode(F.unhex(F.lpad(F.hex(code), 8, "0")), "UTF-32")
    return F.when(exists, F.translate(character, "".join(SIGNS.values()), "".join(SIGNS))).otherwise("")


def _repaired(text: Column) -> Column:
    """`donâ€™t` (UTF-8 that was decoded as Windows-1252 or Latin-1) -> `don’t`.

    Each sequence that is the UTF-8 of one character is replaced by that character; the rest stays as it is.
    """
    return (
        F.when(text.rlike(THREE_LETTERS), _decoded(text, ANY_MOJIBAKE))
        .when(text.rlike(MOJIBAKE), _decoded(text, MOJIBAKE))
        .otherwise(text)
    )


def _decoded(text: Column, sequence: str) -> Column:
    def meant(token: Column) -> Column:
        latin = F.translate(token, "".join(SIGNS), "".join(SIGNS.values()))
        read = F.try_validate_utf8(F.encode(latin, "ISO-8859-1").cast("string"))
        return F.when(token.rlike(f"^(?:{sequence})$"), F.coalesce(read, token)).otherwise(token)

    tokens = F.regexp_extract_all(text, F.lit(f"{sequence}|[{FIRST_BYTES}]|[^{FIRST_BYTES}]+"), F.lit(0))
    return F.array_join(F.transform(tokens, meant), "")


def _without_tags(text: Column) -> Column:
    bare = F.regexp_replace(F.regexp_replace(text, UNSEEN, " "), COMMENT, " ")
    bare = F.regexp_replace(bare, rf"(?i)</?(?:{BLOCKS})(?:\s[^>]*|/)?>", " ")
    bare = F.regexp_replace(bare, rf"(?i)</?(?:{INLINE})(?:\s[^>]*|/)?>", "")
    return F.when(text.contains("<"), bare).otherwise(text)


def _composed(text: Column) -> Column:
    """Unicode NFC, by the ICU library that Spark ships; Spark has no function of its own."""
    normal = F.reflect(F.lit("com.ibm.icu.text.Normalizer"), F.lit("compose"), text, F.lit(False))
    return F.when(text.rlike(MAY_COMPOSE), normal).otherwise(text)


def _folded(text: Column) -> Column:
    """Runs of blanks as one blank; blanks of zero width are removed."""
    joined = F.when(text.rlike(r"[\uFEFF\u200B]"), F.regexp_replace(text, r"[\uFEFF\u200B]+", "")).otherwise(text)
    return F.regexp_replace(joined, r"[\p{Cc}\p{Z}]+", " ")
