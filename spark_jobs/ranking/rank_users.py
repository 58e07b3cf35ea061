"""Lists and bundles for each user: blocks of users against the ranker, inside Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from pipelines.contracts.user_topk import USER_TOPK
from pipelines.night.night import Night
from recommender.bundles.cold_start import NearDuplicates
from recommender.bundles.for_users import mask_hidden
from recommender.ranking.ranker import Ranker
from recommender.ranking.ranker_files import load_ranker
from recommender.ranking.rerank import lots
from recommender.texts.language import Language
from spark_jobs.engine import spark_schema
from spark_jobs.ranking.arrow_rows import bundle_lists, id_lists, number_lists, shown_lists

REASON = spark_schema(USER_TOPK)["reason"].dataType.simpleString()
SHOWN = (
    f"struct<rank:int,product_id:string,score:float,source:string,placed_by:string,reason:{REASON},propensity:double>"
)
BUNDLE = "struct<rank:int,bundle_id:string,score:float>"
RANKED_SCHEMA = f"user_id string, shown array<{SHOWN}>, bundles array<{BUNDLE}>, model_version string"


@dataclass(frozen=True)
class BundleIndex:
    """b bundles: their ids, `products`, and which are nearly the `same`, bool (b, b)."""

    bundle_ids: np.ndarray
    products: list[list[str]]
    same: np.ndarray


def rank_users(
    users: DataFrame, hidden: DataFrame, bundles: DataFrame, night: Night, copies: NearDuplicates = MappingProxyType({})
) -> DataFrame:
    """One row for each user with the ranked products and bundles, computed in one pass and kept for two readers.

    Of bundles that are nearly the same, `copies`, a user has the best.
    """
    seen = hidden.groupBy("user_id").agg(F.array_sort(F.collect_set("product_id")).alias("hidden"))
    asked = users.select("user_id", "history", "turns", "model_version").join(seen, "user_id", "left")
    # A number of its own: small rows that mean much work would else be gathered in one part, on one core.
    blocks = asked.repartitionByRange(night.settings.spark.partitions, "user_id").sortWithinPartitions("user_id")
    rows = bundles.orderBy("bundle_id").collect()
    names = np.array([row["bundle_id"] for row in rows], str)
    same = np.array([[one == other or other in copies.get(one, ()) for other in names] for one in names], bool)
    sold = BundleIndex(names, [list(row["products"]) for row in rows], same.reshape(len(rows), len(rows)))
    settings = night.settings.ranking
    folder, k, most = str(night.work / "ranker"), settings.k, night.settings.bundles.most_per_user
    block_users, draw = settings.block_users, (str(night.run_date), settings.explored)

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        with threadpool_limits(1):
            for batch in batches:
                for start in range(0, batch.num_rows, block_users):
                    yield rank_block(ranker, batch.slice(start, block_users), (k, most), sold, draw)

    ranked = blocks.mapInArrow(score, RANKED_SCHEMA)
    return ranked.persist(StorageLevel.MEMORY_AND_DISK)


@cache
def cached_ranker(folder: str) -> Ranker:
    """The ranker in `folder`, read once in a worker process."""
    return load_ranker(Path(folder))


def rank_block(
    ranker: Ranker, users: pa.RecordBatch, most: tuple[int, int], sold: BundleIndex, draw: tuple[str, int]
) -> pa.RecordBatch:
    """The ranked products and bundles of a block of users, a row each, at most so many of both.

    `draw` names the draw of so many products.
    """
    histories = list(map(ranker.past, id_lists(users["history"]), number_lists(users["turns"])))
    hidden = [ranker.find(ids) for ids in id_lists(users["hidden"])]
    bundles = [ranker.find(products) for products in sold.products]
    ranked = ranker.rank(histories, hidden, most[0], lots(users["user_id"].to_pylist(), *draw), bundles)
    offered = mask_hidden(ranked.bundles, bundles, hidden, len(ranker.product_ids))
    columns = {
        "user_id": users["user_id"],
        "shown": shown_lists(ranker.product_ids, ranked),
        "bundles": bundle_lists(sold.bundle_ids, offered, sold.same, most[1]),
        "model_version": users["model_version"],
    }
    return pa.record_batch(columns)


def topk_rows(ranked: DataFrame, products: DataFrame, language: Language) -> DataFrame:
    """One row for each user and rank, with the reason in words."""
    rows = ranked.select("user_id", "model_version", F.explode("shown").alias("s")).select(
        "user_id", "model_version", "s.*"
    )
    return rows.transform(with_reason_text, products, language)


def with_reason_text(rows: DataFrame, products: DataFrame, language: Language) -> DataFrame:
    """`rows` (with `reason`) and the reason in words: a template a kind, filled with the title of the evidence.

    How many users chose both is said where it is more than one.
    """
    titles = products.select(F.col("product_id").alias("evidence_id"), F.col("title").alias("evidence_title"))
    first = F.try_element_at("reason.evidence", F.lit(1))
    template = F.from_json(F.lit(json.dumps(language.reasons)), "map<string,string>")
    words = F.element_at(template, F.col("reason.kind"))
    named = F.replace(words, F.lit("{}"), F.coalesce("evidence_title", F.lit(language.chosen_before)))
    told = F.replace(F.lit(language.by_customers), F.lit("{}"), F.col("reason.users").cast("string"))
    text = F.concat(named, F.when(F.col("reason.users") > 1, told).otherwise(""))
    joined = rows.withColumn("evidence_id", first).join(F.broadcast(titles), "evidence_id", "left")
    return joined.withColumns({"reason_text": text, "written_by": F.lit("template")}).drop(
        "evidence_id", "evidence_title"
    )


def bundle_rows(ranked: DataFrame) -> DataFrame:
    """One row for each user and ranked bundle."""
    return ranked.select("user_id", "model_version", F.explode("bundles").alias("b")).select(
        "user_id", "model_version", "b.*"
    )
