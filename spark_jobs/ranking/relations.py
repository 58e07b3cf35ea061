"""How products stand to each other, by baskets, visits and texts: what is known of each pair, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from pipelines.bundles.shelf import Pair
from pipelines.night import Night
from pipelines.scoring.association import beyond_chance, significance, surest_lift
from pipelines.scoring.ranker import Ranker
from pipelines.scoring.sparse_rows import entries
from pipelines.scoring.substitutes import DIGITS, Substitutes, Told, fit_substitutes, preferred
from pipelines.settings import Settings
from pipelines.settings.learning import Features
from pipelines.settings.selling import Relations
from spark_jobs.features.interest import UNIT
from spark_jobs.ranking.rank_users import cached_ranker

SUBSTITUTE, COMPLEMENT = "substitute", "complement"
KINDS = {"bought": "co_bought", "viewed": "co_viewed"}
NAMES = ("product_id", "other_id", "last_bought")
MOST_LABELS = 20_000  # pairs from which is learned what replaces what
ASSOCIATION = ("lift", "surely", "significance")  # of each kind: lift, its lower bound, G2
TOLD = (
    "product_id string, other_id string, last_bought date, bought bigint, viewed bigint, one_bought bigint, "
    + ", ".join(f"{kind}_{what} double" for kind in KINDS for what in ASSOCIATION)
)
EVIDENCE = f"{TOLD}, words double, meaning double, category int, joined double, chosen double"
RELATED = f"{EVIDENCE}, by_text double, substitute double, stated string"
PAIR = "product_id string, other_id string"
Groups = Mapping[str, Mapping[str, int]]


def pair_evidence(sums: DataFrame, groups: Groups, products: DataFrame, night: Night) -> DataFrame:
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
    together = together.where(F.greatest("bought", "viewed") >= settings.features.least_pairs)
    pairs = together.join(texts.distinct(), ["product_id", "other_id"], "full").fillna(0)
    known = alone(sums).select(
        "product_id", "last_bought", *(F.col(f"{kind}_weight").alias(f"{kind}_alone") for kind in KINDS)
    )
    leaf = F.try_element_at("categories", F.lit(-1)).alias("leaf")
    facts = products.select("product_id", leaf).join(known, "product_id", "left").fillna(0.0)
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

    told = whole.withColumns({"category": same, "last_bought": last}).drop("leaf", "other_leaf", "other_last_bought")
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


def decayed_total(groups: Groups, kind: str, run_date: date, settings: Relations) -> float:
    """How many baskets or visits there were, old days counting less."""
    ages = ((run_date - date.fromisoformat(day)).days for day in sorted(groups))
    numbers = (groups[day].get(kind, 0) for day in sorted(groups))
    return round(sum(n * 2.0 ** (-age / settings.half_life_days) for n, age in zip(numbers, ages, strict=True)), 9)


def alike_block(ranker: Ranker, asked: np.ndarray, most: int) -> pa.RecordBatch:
    """The pairs of each asked product and the `most` that are described most alike, the lower id first."""
    rows = ranker.lexical[asked]
    owner = np.repeat(asked, np.diff(rows.indptr))
    order = np.lexsort((rows.indices, -rows.data, owner))
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(ranker.product_ids)))])
    order = order[np.arange(len(order)) - starts[owner[order]] < most]
    one, other = owner[order], rows.indices[order]
    ids = ranker.product_ids.astype(object)
    return pa.record_batch(
        [pa.array(ids[np.minimum(one, other)], pa.string()), pa.array(ids[np.maximum(one, other)], pa.string())],
        names=["product_id", "other_id"],
    )


def evidence_block(
    batch: pa.RecordBatch, ranker: Ranker, totals: Mapping[str, float], settings: Settings
) -> pa.RecordBatch:
    """The rows of EVIDENCE for pairs with their counts, and those of each product alone."""
    own = {name: batch[name].to_numpy(zero_copy_only=False) for name in batch.schema.names if name not in NAMES}
    columns: dict[str, object] = {name: batch[name] for name in NAMES}
    columns |= {name: own[name].astype(np.int64) for name in (*KINDS, "one_bought")}
    beyond = {}
    for kind in KINDS:
        both, one, other = (own[f"{kind}_weight"], own[f"{kind}_alone"], own[f"other_{kind}_alone"])
        total = totals[kind]
        expected = one * other / total if total else np.zeros(len(both))
        lift = np.divide(both, expected, out=np.zeros(len(both)), where=expected > 0)
        surely = surest_lift(both, expected, settings.relations.prior_groups)
        found = (lift, np.where(both > 0, surely, 0), np.where(both > 0, significance(both, one, other, total), 0))
        columns |= {f"{kind}_{name}": np.round(v, DIGITS) for name, v in zip(ASSOCIATION, found, strict=True)}
        beyond[kind] = np.divide(beyond_chance(both, expected), both, out=np.zeros(len(both)), where=both > 0)
    chosen = preferred(own["one_bought_weight"], own["viewed_weight"], own["bought_weight"])
    one, other = (ranker.find(batch[name].to_pylist()) for name in ("product_id", "other_id"))
    columns |= cosines(ranker, one, other)
    columns["category"] = own["category"].astype(np.int32)
    columns["joined"] = np.round(own["bought_weight"] * beyond["bought"], DIGITS)
    columns["chosen"] = np.round(chosen * beyond["viewed"], DIGITS)
    return pa.record_batch(columns)


def cosines(ranker: Ranker, one: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
    """Of pairs of products: `words`, the cosine of their words (0 where neither is near the other), and `meaning`."""
    there, back = entries(ranker.lexical, one, other), entries(ranker.lexical, other, one)
    meaning = np.einsum("md,md->m", ranker.vectors[one], ranker.vectors[other])
    return {
        name: np.round(values.astype(np.float64), DIGITS)
        for name, values in (("words", np.maximum(there, back)), ("meaning", meaning))
    }


def related_pairs(evidence: DataFrame, settings: Settings) -> DataFrame:
    """`evidence` with `by_text` and `substitute`: the probability that one replaces the other instead of joining it.

    `stated` is the relation that the settings state, whatever else speaks for or against it.
    """
    labelled = evidence.where("joined > 0 or chosen > 0")
    first = labelled.orderBy(F.desc(F.col("joined") + F.col("chosen")), "product_id", "other_id").limit(MOST_LABELS)
    model, known = fit_substitutes(told_of(first.toArrow()), settings.relations.text_groups), stated(settings.relations)

    def told(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield related_block(batch, model, known)

    return evidence.mapInArrow(told, RELATED)


def stated(settings: Relations) -> dict[Pair, str]:
    """The relations that the settings state, by pair, the lower id first; of two about one pair the last one counts."""
    return {(min(one, other), max(one, other)): relation for one, relation, other in settings.stated if one != other}


def related_block(batch: pa.RecordBatch, model: Substitutes, known: Mapping[Pair, str]) -> pa.RecordBatch:
    """The rows of RELATED for those of EVIDENCE; `known` is what the settings state."""
    told = told_of(batch)
    pairs = zip(batch["product_id"].to_pylist(), batch["other_id"].to_pylist(), strict=True)
    said = np.array([known.get(pair) for pair in pairs], dtype=object) if known else np.full(len(batch), None)
    sure = {SUBSTITUTE: 1.0, COMPLEMENT: 0.0}
    substitute = np.select([said == word for word in sure], list(sure.values()), model.chances(told))
    own = {name: batch[name] for name in batch.schema.names}
    found = {"by_text": model.by_text(told), "substitute": substitute, "stated": pa.array(said, pa.string())}
    return pa.record_batch(own | found)


def told_of(rows: pa.Table | pa.RecordBatch) -> Told:
    """What rows of EVIDENCE say of each pair."""
    return Told(
        **{n: rows[n].to_numpy(zero_copy_only=False) for n in ("words", "meaning", "category", "joined", "chosen")}
    )


def window_start(run_date: date, settings: Features) -> date:
    """The first of the days that relations are counted from."""
    return run_date - timedelta(days=settings.relation_window_days - 1)
