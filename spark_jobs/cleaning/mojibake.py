"""UTF-8 that was decoded as Windows-1252 or Latin-1 (`donâ€™t`) -> the original text (`don’t`)."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

# Windows-1252 has letters and signs where Latin-1 has the control characters U+0080 to U+009F.
SIGNS = {bytes([code]).decode("cp1252", "ignore"): chr(code) for code in range(0x80, 0xA0)}
SIGNS.pop("")
NEXT = "[\u0080-\u00bf" + "".join(SIGNS) + "]"
# The first bytes of Latin letters, of punctuation and signs, of kana and CJK marks, of the byte order mark and
# variation selectors, and of emoji. Others are left out: `voilà »` would become a letter that nobody wrote.
LATIN = f"[ÂÃÄÅ]{NEXT}|â{NEXT}{{2}}|ã[\u0080-\u0083€‚ƒ]{NEXT}|ï[¸»]{NEXT}|ð[\u009fŸ]{NEXT}{{2}}"
# Of Cyrillic and Greek letters, which are believed where three stand in a row: one alone may be Spanish.
ALL = f"{LATIN}|[ÐÑÎÏ]{NEXT}"
THREE = f"(?:[ÐÑÎÏ]{NEXT}){{3}}"
FIRST = "ÂÃÄÅÐÑÎÏâãïð"


def repaired(text: Column) -> Column:
    """`text` with each sequence that is the UTF-8 of one character replaced by that character; the rest unchanged."""
    return F.when(text.rlike(THREE), _decoded(text, ALL)).when(text.rlike(LATIN), _decoded(text, LATIN)).otherwise(text)


def _decoded(text: Column, sequence: str) -> Column:
    def meant(token: Column) -> Column:
        latin = F.translate(token, "".join(SIGNS), "".join(SIGNS.values()))
        read = F.try_validate_utf8(F.encode(latin, "ISO-8859-1").cast("string"))
        return F.when(token.rlike(f"^(?:{sequence})$"), F.coalesce(read, token)).otherwise(token)

    tokens = F.regexp_extract_all(text, F.lit(f"{sequence}|[{FIRST}]|[^{FIRST}]+"), F.lit(0))
    return F.array_join(F.transform(tokens, meant), "")
