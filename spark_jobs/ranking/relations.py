"""Relations of pairs of products, from baskets, visits and texts: counts, cosines, substitute or complement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from pipelines.settings.features import Features
from pipelines.settings.relations import Relations
from recommender.bundles.model import Pair
from recommender.ranking.substitutes import fit_substitutes
from spark_jobs.ranking.decayed_counts import GroupCounts, decayed_total, product_counts
from spark_jobs.ranking.pair_blocks import (
    EVIDENCE,
    KINDS,
    PAIR,
    RELATED,
    alike_block,
    evidence_block,
    pair_facts,
    related_block,
)
from spark_jobs.ranking.rank_users import cached_ranker

MOST_LABELS = 20_000  # pairs from which substitutes are learned
WORD = r"[\p{L}\p{N}]+"  # of a title
LEAST_SHARED = 2  # words of variants: "tea pot" and "tea cup" are no variants of one another
TEXTS = ("leaf", "brand", "title_words")  # of each product


@dataclass(frozen=True)
class RelationRun:
    """What relations are computed with: the last day, the folder of the night's ranker, and the settings."""

    run_date: date
    ranker: Path
    settings: Relations


def pair_evidence(sums: DataFrame, groups: GroupCounts, products: DataFrame, run: RelationRun) -> DataFrame:
    """The columns EVIDENCE of each pair of products that stand together often enough, or are described alike.

    `sums` are those of `pair_sums`, `groups` the numbers of baskets and visits by day and kind. `last_bought` is the
    last day on which both had been bought, together or not.
    """
    settings, folder = run.settings, str(run.ranker)
    most, prior_groups = settings.text_pairs, settings.prior_groups

    def alike(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        for batch in batches:
            yield alike_block(ranker, ranker.find(batch["product_id"].to_pylist()), most)

    texts = products.select("product_id").mapInArrow(alike, PAIR)
    texts = texts.union(products.sparkSession.createDataFrame(sorted(stated(settings)), PAIR))
    together = sums.where(F.col("product_id") != F.col("other_id")).drop("last_bought")
    together = together.where(F.greatest("bought", "viewed") >= settings.least_pairs)
    pairs = together.join(texts.distinct(), ["product_id", "other_id"], "full").fillna(0)
    known = product_counts(sums).select(
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
    totals = {kind: decayed_total(groups, name, run.run_date, settings) for kind, name in KINDS.items()}

    def measured(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        with threadpool_limits(1):
            for batch in batches:
                yield evidence_block(batch, ranker, totals, prior_groups)

    facts = whole.withColumns({"category": same, "last_bought": last}).withColumn("variant", is_variant())
    facts = facts.drop(*(name for name in facts.columns if name.removeprefix("other_") in TEXTS), "other_last_bought")
    return facts.mapInArrow(measured, EVIDENCE)


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


def related_pairs(evidence: DataFrame, settings: Relations, looked_at: bool) -> DataFrame:
    """`evidence` with `by_text` and `substitute`: the probability that one replaces the other instead of joining it.

    `stated` is the relation that the settings state, which wins over the learned one; `looked_at` says whether the
    shop's events tell what was looked at and not bought.
    """
    labelled = evidence.where("joined > 0 or chosen > 0")
    first = labelled.orderBy(F.desc(F.col("joined") + F.col("chosen")), "product_id", "other_id").limit(MOST_LABELS)
    model = fit_substitutes(pair_facts(first.toArrow()), settings.text_groups, looked_at)
    known = stated(settings)

    def related(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield related_block(batch, model, known)

    return evidence.mapInArrow(related, RELATED)


def has_views(events: DataFrame, settings: Features) -> bool:
    """Whether some event is of a type that is of interest and no purchase."""
    looks = [kind for kind, weight in settings.weights.items() if weight > 0 and kind not in settings.bought]
    return not events.where(F.col("event_type").isin(looks)).isEmpty()


def stated(settings: Relations) -> dict[Pair, str]:
    """The relations that the settings state, by pair, the lower id first; of two about one pair the last one counts."""
    return {(min(one, other), max(one, other)): relation for one, relation, other in settings.stated if one != other}
