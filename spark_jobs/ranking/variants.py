"""Products that are variants of one: their titles differ by a word, such as a colour or a size."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

WORD = r"[\p{L}\p{N}]+"
LEAST_SHARED = 2  # words: "tea pot" and "tea cup" are no variants of one another


def title_words() -> Column:
    """The distinct words of a title, in small letters."""
    return F.array_distinct(F.regexp_extract_all(F.lower("title"), F.lit(WORD), F.lit(0)))


def is_variant() -> Column:
    """1 where the titles of a pair, `title_words` and `other_title_words`, differ by one word of each at most, else 0.

    Two of different brands, or of different narrowest categories (`category` -1), are no variants.
    """
    shared = F.size(F.array_intersect("title_words", "other_title_words"))
    longer = F.greatest(F.size("title_words"), F.size("other_title_words"))
    one_brand = F.coalesce(F.lower(F.trim("brand")) == F.lower(F.trim("other_brand")), F.lit(True))
    differ_little = (shared >= LEAST_SHARED) & (longer - shared <= 1)
    return F.when(differ_little & one_brand & (F.col("category") >= 0), 1).otherwise(0)
