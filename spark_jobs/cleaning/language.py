"""The language of a text, by its most frequent words and letters, in SQL."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs.cleaning.language_words import CYRILLIC, SCRIPTS, WORDS

COMMONEST = "en"  # languages of most shops: tried first, because counting for all languages is slow
MOST_WORDS = 100  # longer texts are cut to this length
FAR_SCRIPT = r"[\u0370-\u03FF\u0590-\u06FF\u0900-\u0E7F\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF]"
CYRILLIC_LETTER = r"[\u0400-\u04FF]"
LETTER = r"[^\x00-\x7F]"


def with_language(rows: DataFrame, text: str, words: str, least_words: int) -> DataFrame:
    """`rows` with `language`: ISO 639-1, or null where unsure.

    The script decides where one language writes it. Else that language whose list (`WORDS`) holds the most distinct
    words and letters of the text: at least `least_words`, and more than any other list.
    """
    letters = F.regexp_extract_all(F.lower(F.coalesce(F.col(text), F.lit(""))), F.lit(LETTER), F.lit(0))
    evidence = F.array_union(F.slice(words, 1, MOST_WORDS), letters)
    seen = rows.withColumn("_evidence", evidence).withColumn("_first", _held(WORDS[COMMONEST]))
    asked = seen.withColumn("_held", F.when(~_is_clear(least_words), F.array(*_counts(F.col(text)))))
    ranked = asked.withColumn("_ranked", F.sort_array("_held", asc=False))
    best, second = F.col("_ranked")[0], F.col("_ranked")[1]
    leader = F.element_at(F.split(F.lit(" ".join(WORDS)), " "), F.array_position("_held", best).cast("int"))
    by_words = F.when(_is_clear(least_words), COMMONEST).when((best >= least_words) & (best > second), leader)
    by_script = F.when(F.col(text).rlike(FAR_SCRIPT), _by_script(F.col(text)))
    told = ranked.withColumn("language", F.coalesce(by_script, by_words))
    return told.drop("_evidence", "_first", "_held", "_ranked")


def _is_clear(least_words: int) -> Column:
    """Whether the list of the best language holds two in five of the words."""
    return (F.col("_first") >= least_words) & (F.col("_first") * 5 >= F.size("_evidence") * 2)


def _counts(text: Column) -> list[Column]:
    """For each language, how many words and letters its list holds; Cyrillic lists need a Cyrillic letter."""
    is_cyrillic = F.coalesce(text.rlike(CYRILLIC_LETTER), F.lit(False))
    held = {code: _held(known) for code, known in WORDS.items() if code != COMMONEST}
    held |= {code: F.when(is_cyrillic, held[code]).otherwise(0) for code in CYRILLIC}
    return [held.get(code, F.col("_first")) for code in WORDS]


def _held(known: str) -> Column:
    """How many of a list's words and letters the text has; the hash set is built of the text, which is shorter than the
    list.
    """
    return F.size(F.array_intersect(F.split(F.lit(known), " "), F.col("_evidence")))


def _by_script(text: Column) -> Column:
    """The language of the script that at least a third of the letters belong to, so that Latin brand names do not
    decide.
    """
    letters = F.regexp_count(text, F.lit(r"\p{L}"))
    shares = ((code, F.regexp_count(text, F.lit(script)) * 3 >= letters) for code, script in SCRIPTS.items())
    return F.coalesce(*(F.when(share, code) for code, share in shares))
