"""How products stand to each other, by baskets, visits and texts: what is known of each pair, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from pipelines.night.night import Night
from pipelines.settings.features import Features
from pipelines.settings.relations import Relations
from pipelines.settings.tree import Settings
from recommender.bundles.model import Pair
from recommender.ranking.substitutes import fit_substitutes
from spark_jobs.features.interest import UNIT
from spark_jobs.ranking.pair_blocks import EVIDENCE, KINDS, RELATED, alike_block, evidence_block, related_block, told_of
from spark_jobs.ranking.rank_users import cached_ranker
from spark_jobs.ranking.variants import is_variant, title_words

MOST_LABELS = 20_000  # pairs from which is learned what replaces what
PAIR = "product_id string, other_id string"
TEXTS = ("leaf", "brand", "title_words")  # of each product
GroupCounts = Mapping[str, Mapping[str, int]]


def pair_evidence(sums: DataFrame, groups: GroupCounts, products: DataFrame, night: Night) -> DataFrame:
    """One row for each pair of products that stood together often enough, or are described alike, with what is known.

    `sums` are those of `summed`, `groups` how many baskets and visits of each kind each day had. `last_bought` is the
    last day on which both had been bought, together or not.
    """
    settings, folder = night.settings, str(night.work / "ranker")
    most = settings.relations.text_pairs

    def alike(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        for batch in batches:
            yield alike_block(ranker, ranker.find(batch["product_id"].to_pylist()), most)

    texts = products.select("product_id").mapInArrow(alike, PAIR)
    texts = texts.union(products.sparkSession.createDataFrame(sorted(stated(settings.relations)), PAIR))
    together = sums.where(F.col("product_id") != F.col("other_id")).drop("last_bought")
    together = together.where(F.greatest("bought", "viewed") >= settings.relations.least_pairs)
    pairs = together.join(texts.distinct(), ["product_id", "other_id"], "full").fillna(0)
    known = alone(sums).select(
        "product_id", "last_bought", *(F.col(f"{kind}_weight").alias(f"{kind}_alone") for kind in KINDS)
    )
    leaf = F.try_element_at("categories", F.lit(-1)).alias("leaf")
    facts = (
        products.select("product_id", leaf, "brand", title_words().alias("title_words"))
        .join(known, "product_id", "left")
        .fillna(0.0)
    )
    others = facts.select(*(F.col(c).alias(f"other_{c.removeprefix('product_')}") for c in facts.columns))
    whole = pairs.join(facts, "product_id").join(others, "other_id")
    same = F.when(F.col("leaf") == F.col("other_leaf"), 1).when(F.col("leaf") != F.col("other_leaf"), -1).otherwise(0)
    last = F.when(F.col("last_bought") < F.col("other_last_bought"), F.col("last_bought"))
    last = last.when(F.col("last_bought") >= F.col("other_last_bought"), F.col("other_last_bought"))
    totals = {kind: decayed_total(groups, name, night.run_date, settings.relations) for kind, name in KINDS.items()}

    def measured(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        with threadpool_limits(1):
            for batch in batches:
                yield evidence_block(batch, ranker, totals, settings)

    told = whole.withColumns({"category": same, "last_bought": last}).withColumn("variant", is_variant())
    told = told.drop(*(name for name in told.columns if name.removeprefix("other_") in TEXTS), "other_last_bought")
    return told.mapInArrow(measured, EVIDENCE)


def summed(counts: DataFrame, run_date: date, settings: Relations) -> DataFrame:
    """One row for each pair: in how many baskets and visits it stood, and the same with old days counting less.

    `counts` are the pair counts of the days that count; `last_bought` is the last day with such a basket.
    """
    age = F.date_diff(F.lit(run_date), "day")
    decay = F.pow(F.lit(2.0), -age / F.lit(settings.half_life_days))
    said = {"one_bought": F.col("one_bought")} | {
        kind: F.when(F.col("kind") == name, F.col("pairs")).otherwise(0) for kind, name in KINDS.items()
    }
    return counts.groupBy("product_id", "other_id").agg(
        *(F.sum(n).alias(name) for name, n in said.items()),
        *(_summed_exactly(n * decay).alias(f"{name}_weight") for name, n in said.items()),
        F.max(F.when(F.col("kind") == KINDS["bought"], F.col("day"))).alias("last_bought"),
    )


def alone(sums: DataFrame) -> DataFrame:
    """The counts of each product by itself."""
    return sums.where(F.col("product_id") == F.col("other_id")).drop("other_id")


def _summed_exactly(weight: Column) -> Column:
    """The sum of a column as a double that does not hang on the order of the rows."""
    return F.sum(F.round(weight * UNIT).cast("bigint")) / F.lit(UNIT)


def decayed_total(groups: GroupCounts, kind: str, run_date: date, settings: Relations) -> float:
    """How many baskets or visits there were, old days counting less."""
    ages = ((run_date - date.fromisoformat(day)).days for day in sorted(groups))
    numbers = (groups[day].get(kind, 0) for day in sorted(groups))
    weights = (n * 2.0 ** (-age / settings.half_life_days) for n, age in zip(numbers, ages, strict=True))
    return round(float(sum(weights)), 9)


def related_pairs(evidence: DataFrame, settings: Settings, looked_at: bool) -> DataFrame:
    """`evidence` with `by_text` and `substitute`: the probability that one replaces the other instead of joining it.

    `stated` is the relation that the settings state, whatever else speaks for or against it; `looked_at` says whether
    the shop knows what was seen and not bought.
    """
    labelled = evidence.where("joined > 0 or chosen > 0")
    first = labelled.orderBy(F.desc(F.col("joined") + F.col("chosen")), "product_id", "other_id").limit(MOST_LABELS)
    model = fit_substitutes(told_of(first.toArrow()), settings.relations.text_groups, looked_at)
    known = stated(settings.relations)

    def told(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield related_block(batch, model, known)

    return evidence.mapInArrow(told, RELATED)


def knows_views(events: DataFrame, settings: Features) -> bool:
    """Whether some event says that a product was looked at, and not yet bought."""
    looks = [kind for kind, weight in settings.weights.items() if weight > 0 and kind not in settings.bought]
    return not events.where(F.col("event_type").isin(looks)).isEmpty()


def stated(settings: Relations) -> dict[Pair, str]:
    """The relations that the settings state, by pair, the lower id first; of two about one pair the last one counts."""
    return {(min(one, other), max(one, other)): relation for one, relation, other in settings.stated if one != other}


def window_start(run_date: date, settings: Relations) -> date:
    """The first of the days that relations are counted from."""
    return run_date - timedelta(days=settings.window_days - 1)
