"""A text as normalised words."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

UNSPACED = r"[\u0E00-\u0E7F\u3040-\u30FF\u3400-\u9FFF]"  # Thai, kana, Han: no blanks between words
WORD = r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*"  # an emoji has marks, too


def folded_words(text: Column) -> Column:
    """array<string>: words in lower case without punctuation; single characters for scripts without blanks.

    `don't` becomes `dont`. The empty text gives an empty array.
    """
    lower = F.lower(F.coalesce(text, F.lit("")))
    whole = F.replace(F.replace(lower, F.lit("n't"), F.lit("nt")), F.lit("n’t"), F.lit("nt"))
    spaced = F.when(whole.rlike(UNSPACED), F.regexp_replace(whole, f"({UNSPACED})", " $1 ")).otherwise(whole)
    return F.regexp_extract_all(spaced, F.lit(WORD), F.lit(0))
