"""Lists and bundles for each user: blocks of users against the ranker, inside Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from pipelines.night import Night
from pipelines.scoring.ranker import Ranked, Ranker
from pipelines.scoring.ranker_files import load_ranker
from pipelines.scoring.rerank import lots
from pipelines.tables.recommendations import PLACED_BY, REASON_KINDS

SHOWN = (
    "struct<rank:int,product_id:string,score:float,source:string,placed_by:string,reason:struct<kind:string,evidence:array<string>,"
    "contribution:float>,propensity:double>"
)
BUNDLE = "struct<rank:int,bundle_id:string,score:float>"
RANKED_SCHEMA = f"user_id string, shown array<{SHOWN}>, bundles array<{BUNDLE}>, model_version string"
REASON_TEXTS = {
    "chosen_together": "Often chosen together with {}",
    "similar_text": "Described like {}",
    "similar_meaning": "Similar to {}",
    "next_choice": "Goes with what you chose lately, such as {}",
    "popular": "Popular right now",
}


def rank_users(users: DataFrame, hidden: DataFrame, bundles: DataFrame, night: Night) -> DataFrame:
    """One row for each user with the ranked products and bundles, computed in one pass and kept for two readers."""
    seen = hidden.groupBy("user_id").agg(F.array_sort(F.collect_set("product_id")).alias("hidden"))
    asked = users.select("user_id", "history", "model_version").join(seen, "user_id", "left")
    # A number of its own: small rows that mean much work would else be gathered in one part, on one core.
    blocks = asked.repartitionByRange(night.settings.spark.partitions, "user_id").sortWithinPartitions("user_id")
    sold = [(b["bundle_id"], list(b["products"])) for b in bundles.orderBy("bundle_id").collect()]
    settings = night.settings.ranking
    folder, k, most = str(night.work / "ranker"), settings.k, settings.bundles_per_user
    block_users, draw = settings.block_users, (str(night.run_date), settings.explored)

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        with threadpool_limits(1):
            for batch in batches:
                for start in range(0, batch.num_rows, block_users):
                    yield rank_block(ranker, batch.slice(start, block_users), k, (sold, most), draw)

    ranked = blocks.mapInArrow(score, RANKED_SCHEMA)
    return ranked.persist(StorageLevel.MEMORY_AND_DISK)


@cache
def cached_ranker(folder: str) -> Ranker:
    """The ranker in `folder`, read once in a worker process."""
    return load_ranker(Path(folder))


def rank_block(
    ranker: Ranker, users: pa.RecordBatch, k: int, offer: tuple[list[tuple[str, list[str]]], int], draw: tuple[str, int]
) -> pa.RecordBatch:
    """The ranked products and bundles of a block of users, a row each; `draw` names the draw of so many products."""
    histories = [ranker.find(h or []) for h in users["history"].to_pylist()]
    hidden = [ranker.find(h or []) for h in users["hidden"].to_pylist()]
    ranked = ranker.rank(histories, hidden, k, lots(users["user_id"].to_pylist(), *draw))
    shares = ranked.shares()
    shown = [_shown(ranker, ranked, shares[row], row) for row in range(users.num_rows)]
    bundles = _best_bundles(ranker, histories, *offer)
    schema = pa.schema(
        [
            pa.field("user_id", pa.string()),
            pa.field("shown", pa.list_(SHOWN_ARROW)),
            pa.field("bundles", pa.list_(BUNDLE_ARROW)),
            pa.field("model_version", pa.string()),
        ]
    )
    columns = [users["user_id"].to_pylist(), shown, bundles, users["model_version"].to_pylist()]
    return pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


SHOWN_ARROW = pa.struct(
    [
        pa.field("rank", pa.int32()),
        pa.field("product_id", pa.string()),
        pa.field("score", pa.float32()),
        pa.field("source", pa.string()),
        pa.field("placed_by", pa.string()),
        pa.field(
            "reason",
            pa.struct(
                [
                    pa.field("kind", pa.string()),
                    pa.field("evidence", pa.list_(pa.string())),
                    pa.field("contribution", pa.float32()),
                ]
            ),
        ),
        pa.field("propensity", pa.float64()),
    ]
)
BUNDLE_ARROW = pa.struct(
    [pa.field("rank", pa.int32()), pa.field("bundle_id", pa.string()), pa.field("score", pa.float32())]
)


def _shown(ranker: Ranker, ranked: Ranked, shares: np.ndarray, row: int) -> list[dict[str, object]]:
    """The list of one user, best first."""
    found = []
    for place in range(int((ranked.items[row] >= 0).sum())):
        chance = float(ranked.chance[row, place])
        kind = REASON_KINDS[int(ranked.kinds[row, place])]
        evidence = [str(ranker.product_ids[i]) for i in ranked.evidence[row, place] if i >= 0]
        found.append(
            {
                "rank": place + 1,
                "product_id": str(ranker.product_ids[ranked.items[row, place]]),
                "score": float(ranked.scores[row, place]),
                "source": kind,
                "placed_by": PLACED_BY[int(ranked.placed[row, place])],
                "reason": {"kind": kind, "evidence": evidence, "contribution": float(shares[place])},
                "propensity": None if np.isnan(chance) else chance,
            }
        )
    return found


def _best_bundles(
    ranker: Ranker, histories: list[np.ndarray], sold: list[tuple[str, list[str]]], most: int
) -> list[list[dict[str, object]]]:
    """The best `most` bundles of each user; ties go to the smaller bundle id."""
    if not sold or not most:
        return [[] for _ in histories]
    scores = ranker.bundle_scores(histories, [ranker.find(products) for _, products in sold])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :most]
    return [
        [
            {"rank": rank + 1, "bundle_id": sold[b][0], "score": float(scores[row, b])}
            for rank, b in enumerate(order[row])
        ]
        for row in range(len(histories))
    ]


def topk_rows(ranked: DataFrame, products: DataFrame) -> DataFrame:
    """One row for each user and rank, with the reason in words."""
    rows = ranked.select("user_id", "model_version", F.explode("shown").alias("s")).select(
        "user_id", "model_version", "s.*"
    )
    return rows.transform(with_reason_text, products)


def with_reason_text(rows: DataFrame, products: DataFrame) -> DataFrame:
    """`rows` (with `reason`) and the reason in words: a template a kind, filled with the title of the evidence."""
    titles = products.select(F.col("product_id").alias("evidence_id"), F.col("title").alias("evidence_title"))
    first = F.try_element_at("reason.evidence", F.lit(1))
    template = F.from_json(F.lit(json.dumps(REASON_TEXTS)), "map<string,string>")
    words = F.element_at(template, F.col("reason.kind"))
    text = F.replace(words, F.lit("{}"), F.coalesce("evidence_title", F.lit("what you chose")))
    joined = rows.withColumn("evidence_id", first).join(F.broadcast(titles), "evidence_id", "left")
    return joined.withColumn("reason_text", text).drop("evidence_id", "evidence_title")


def bundle_rows(ranked: DataFrame) -> DataFrame:
    """One row for each user and ranked bundle."""
    return ranked.select("user_id", "model_version", F.explode("bundles").alias("b")).select(
        "user_id", "model_version", "b.*"
    )
