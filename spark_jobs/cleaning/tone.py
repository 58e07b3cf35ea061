"""Whether the words of a review praise or blame, in SQL, for the languages of `tone_words`."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs.cleaning.tone_words import BLAME, FINAL, HEDGES, MILD, NEGATIONS, PRAISE

CLAUSES = (  # what is replaced by what, in this order
    (r"(?<![^.!?])[^.!?]*+[?]|\b(?:who|what['’]?s|what is) [^.!]*", " . "),
    (r"n['’]t\b", "nt"),
    (r"[.,;:!()…]+", " . "),
    (r"[^\p{L}\p{M}\p{N}.]+", " "),
)
NEAR = "(?:[^ .]+ ){0,2}"  # words of the same clause that may stand between a negation and what it negates


def with_contradiction(rows: DataFrame, least_words: int, least_share: float) -> DataFrame:
    """`rows` with `contradicts`: five stars with clearly negative words, or one star with clearly positive ones.

    Clear means a surplus of `least_words` words that is also `least_share` of all words, because a long text mentions
    other products, too. Needs title, text, rating, language; false for languages without a list.
    """
    extreme = F.col("rating").isin(1, 5) & F.col("language").isin(*PRAISE)
    balance = F.coalesce(*(F.when(F.col("language") == code, _balance(F.col("_clauses"), code)) for code in PRAISE))
    least = F.greatest(F.lit(least_words), least_share * F.regexp_count("_clauses", F.lit(" [^ .]")))
    against = F.when(F.col("rating") == 5, -F.col("_balance")).otherwise(F.col("_balance")) >= least
    return (
        rows.withColumn("_clauses", F.when(extreme, _clauses()))
        .withColumn("_balance", F.when(F.col("_clauses").isNotNull(), balance))
        .withColumn("contradicts", F.coalesce(against, F.lit(False)))
        .drop("_clauses", "_balance")
    )


def _clauses() -> Column:
    """Normalised words with one blank on either side and ` . ` between clauses.

    Questions are left out, also without a question mark ("what's not to love"), and a title that repeats the text.
    """
    title = F.when(~F.col("title").rlike(r"(?:\.\.\.|…)$"), F.col("title"))
    told = F.lower(F.concat_ws(" . ", title, "text"))
    for pattern, rest in CLAUSES:
        told = F.regexp_replace(told, pattern, rest)
    return F.concat(F.lit(" "), told, F.lit(" "))


def _balance(text: Column, code: str) -> Column:
    """Positive words less negative words. Negated praise counts as blame; negated blame counts as nothing ("no
    complaints").
    """
    praise, blame, mild, negations, final, hedges = (
        table[code].replace(" ", "|") for table in (PRAISE, BLAME, MILD, NEGATIONS, FINAL, HEDGES)
    )
    negated, hedged = f"(?:{negations}) {NEAR}", f"(?:{hedges}) {NEAR}(?:[^ .]+ )?"
    return (
        _count(text, praise)
        - _count(text, f"{hedged}(?:{praise})")
        - 2 * _count(text, f"{negated}(?:{praise})")
        - _count(text, f"{negated}(?:{mild})")
        - _count(text, f"{blame}|{final}")
        + _count(text, f"{negated}(?:{blame})")
    )


def _count(text: Column, words: str) -> Column:
    """How often the words occur in a text whose words have one blank on either side."""
    return F.regexp_count(text, F.lit(f"(?<= )(?:{words})(?= )"))
