"""Lists and bundles for each user: blocks of users against the ranker, inside Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.settings.ranking import Ranking
from recommender.bundles.cold_start import NearDuplicates
from recommender.bundles.hidden_bundles import mask_hidden
from recommender.ranking.ranker import Ranker
from recommender.ranking.ranker_files import load_ranker
from recommender.ranking.rerank import lots
from recommender.texts.language import Language
from spark_jobs.engine import ddl, struct_ddl
from spark_jobs.ranking.arrow_rows import bundle_lists, id_lists, number_lists, shown_lists

SHOWN = struct_ddl(USER_TOPK, "rank", "product_id", "score", "source", "placed_by", "reason", "propensity")
OFFERED = struct_ddl(USER_BUNDLES, "rank", "bundle_id", "score")
RANKED = ddl(USER_TOPK, "user_id", "model_version", shown=f"array<{SHOWN}>", bundles=f"array<{OFFERED}>")


@dataclass(frozen=True)
class ListRun:
    """What lists are made with: the folder of the night's ranker, the run date (of the draw), and the settings.

    A user has at most `most_bundles` bundles; users are split into `partitions` parts.
    """

    ranker: Path
    run_date: date
    settings: Ranking
    most_bundles: int
    partitions: int


@dataclass(frozen=True)
class BundleIndex:
    """b bundles: their ids, their `products`, and which are near duplicates, `same`, bool (b, b)."""

    bundle_ids: np.ndarray
    products: list[list[str]]
    same: np.ndarray


def rank_users(
    users: DataFrame,
    hidden: DataFrame,
    bundles: DataFrame,
    run: ListRun,
    near_duplicates: NearDuplicates = MappingProxyType({}),
) -> DataFrame:
    """One row for each user with ranked products and bundles, computed once and persisted for both output tables.

    Of bundles that are near duplicates by `near_duplicates` a user gets the best one.
    """
    hidden_lists = hidden.groupBy("user_id").agg(F.array_sort(F.collect_set("product_id")).alias("hidden"))
    known = users.select("user_id", "history", "turns", "model_version").join(hidden_lists, "user_id", "left")
    # By a fixed number: Spark would merge these small rows, each of which means much work, into one part on one core.
    blocks = known.repartitionByRange(run.partitions, "user_id").sortWithinPartitions("user_id")
    rows = bundles.orderBy("bundle_id").collect()
    names = np.array([row["bundle_id"] for row in rows], str)
    same = np.array([[one == other or other in near_duplicates.get(one, ()) for other in names] for one in names], bool)
    index = BundleIndex(names, [list(row["products"]) for row in rows], same.reshape(len(rows), len(rows)))
    folder, k, most = str(run.ranker), run.settings.k, run.most_bundles
    block_users, draw = run.settings.block_users, (str(run.run_date), run.settings.explored)

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        with threadpool_limits(1):
            for batch in batches:
                for start in range(0, batch.num_rows, block_users):
                    yield rank_block(ranker, batch.slice(start, block_users), (k, most), index, draw)

    ranked = blocks.mapInArrow(score, RANKED)
    return ranked.persist(StorageLevel.MEMORY_AND_DISK)


@cache
def cached_ranker(folder: str) -> Ranker:
    """The ranker in `folder`, read once in each worker process."""
    return load_ranker(Path(folder))


def rank_block(
    ranker: Ranker, users: pa.RecordBatch, most: tuple[int, int], index: BundleIndex, draw: tuple[str, int]
) -> pa.RecordBatch:
    """The columns RANKED of a block of users; `most` is the largest number of products and of bundles for each.

    `draw` is the key of the random draw, and how many products of a list are drawn.
    """
    histories = list(map(ranker.past, id_lists(users["history"]), number_lists(users["turns"])))
    hidden = [ranker.find(ids) for ids in id_lists(users["hidden"])]
    bundles = [ranker.find(products) for products in index.products]
    ranked = ranker.rank(histories, hidden, most[0], lots(users["user_id"].to_pylist(), *draw), bundles)
    offered = mask_hidden(ranked.bundles, bundles, hidden, len(ranker.product_ids))
    columns = {
        "user_id": users["user_id"],
        "model_version": users["model_version"],
        "shown": shown_lists(ranker.product_ids, ranked),
        "bundles": bundle_lists(index.bundle_ids, offered, index.same, most[1]),
    }
    return pa.record_batch(columns)


def topk_rows(ranked: DataFrame, products: DataFrame, language: Language) -> DataFrame:
    """One row for each user and rank, with the reason in words."""
    rows = ranked.select("user_id", "model_version", F.explode("shown").alias("s")).select(
        "user_id", "model_version", "s.*"
    )
    return rows.transform(with_reason_text, products, language)


def with_reason_text(rows: DataFrame, products: DataFrame, language: Language) -> DataFrame:
    """`rows` with `reason_text`: the template of the reason's kind, with the title of the first product of evidence.

    The number of users who chose both is added where it is more than one.
    """
    titles = products.select(F.col("product_id").alias("evidence_id"), F.col("title").alias("evidence_title"))
    first = F.try_element_at("reason.evidence", F.lit(1))
    template = F.from_json(F.lit(json.dumps(language.reasons)), "map<string,string>")
    sentence = F.element_at(template, F.col("reason.kind"))
    named = F.replace(sentence, F.lit("{}"), F.coalesce("evidence_title", F.lit(language.chosen_before)))
    by_users = F.replace(F.lit(language.by_customers), F.lit("{}"), F.col("reason.users").cast("string"))
    text = F.concat(named, F.when(F.col("reason.users") > 1, by_users).otherwise(""))
    joined = rows.withColumn("evidence_id", first).join(F.broadcast(titles), "evidence_id", "left")
    return joined.withColumns({"reason_text": text, "written_by": F.lit("template")}).drop(
        "evidence_id", "evidence_title"
    )


def bundle_rows(ranked: DataFrame) -> DataFrame:
    """One row for each user and ranked bundle."""
    return ranked.select("user_id", "model_version", F.explode("bundles").alias("b")).select(
        "user_id", "model_version", "b.*"
    )
