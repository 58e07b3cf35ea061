"""Counts, lifts and cosines of pairs of products, and the probability of a substitute, by blocks of pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import pyarrow as pa

from pipelines.contracts.pair_counts import PAIR_COUNTS
from pipelines.contracts.views import SUBSTITUTE_PAIRS
from recommender.bundles.model import Pair
from recommender.ranking.association import beyond_chance, significance, surest_lift
from recommender.ranking.ranker import Ranker
from recommender.ranking.sparse_rows import entries
from recommender.ranking.substitutes import DIGITS, PairFacts, Substitutes, preferred
from spark_jobs.engine import ddl

SUBSTITUTE, COMPLEMENT = "substitute", "complement"
KINDS = {"bought": "co_bought", "viewed": "co_viewed"}
NAMES = ("product_id", "other_id", "last_bought")
ASSOCIATION = ("lift", "surely", "significance")  # of each kind: lift, its lower bound, G2
PAIR = ddl(SUBSTITUTE_PAIRS)
COUNTED = ", ".join(
    [
        f"{PAIR}, last_bought date, bought bigint, viewed bigint, {ddl(PAIR_COUNTS, 'one_bought')}",
        *(f"{kind}_{measure} double" for kind in KINDS for measure in ASSOCIATION),
    ]
)
EVIDENCE = f"{COUNTED}, words double, meaning double, category int, variant int, joined double, chosen double"
RELATED = f"{EVIDENCE}, by_text double, substitute double, stated string"


def alike_block(ranker: Ranker, items: np.ndarray, most: int) -> pa.RecordBatch:
    """The pairs of each of `items` with the `most` products of most similar texts, the lower id first."""
    rows = ranker.lexical[items]
    owner = np.repeat(items, np.diff(rows.indptr))
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
    batch: pa.RecordBatch, ranker: Ranker, totals: Mapping[str, float], prior_groups: float
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
        surely = surest_lift(both, expected, prior_groups)
        measures = (lift, np.where(both > 0, surely, 0), np.where(both > 0, significance(both, one, other, total), 0))
        columns |= {f"{kind}_{name}": np.round(v, DIGITS) for name, v in zip(ASSOCIATION, measures, strict=True)}
        beyond[kind] = np.divide(beyond_chance(both, expected), both, out=np.zeros(len(both)), where=both > 0)
    chosen = preferred(own["one_bought_weight"], own["viewed_weight"], own["bought_weight"])
    one, other = (ranker.find(batch[name].to_pylist()) for name in ("product_id", "other_id"))
    columns |= cosines(ranker, one, other)
    columns |= {name: own[name].astype(np.int32) for name in ("category", "variant")}
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


def related_block(batch: pa.RecordBatch, model: Substitutes, known: Mapping[Pair, str]) -> pa.RecordBatch:
    """The rows of RELATED for those of EVIDENCE; `known` is what the settings state."""
    facts = pair_facts(batch)
    pairs = zip(batch["product_id"].to_pylist(), batch["other_id"].to_pylist(), strict=True)
    stated = np.array([known.get(pair) for pair in pairs], dtype=object) if known else np.full(len(batch), None)
    sure = {SUBSTITUTE: 1.0, COMPLEMENT: 0.0}
    substitute = np.select([stated == word for word in sure], list(sure.values()), model.chances(facts))
    own = {name: batch[name] for name in batch.schema.names}
    learned = {"by_text": model.by_text(facts), "substitute": substitute, "stated": pa.array(stated, pa.string())}
    return pa.record_batch(own | learned)


def pair_facts(rows: pa.Table | pa.RecordBatch) -> PairFacts:
    """The columns of EVIDENCE that substitutes are learned from, as arrays."""
    return PairFacts(**{f.name: rows[f.name].to_numpy(zero_copy_only=False) for f in fields(PairFacts)})
