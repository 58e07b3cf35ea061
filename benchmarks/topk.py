"""Scores a second and core of ranking in Spark, beside plain NumPy, Spark's ALS, implicit and faiss.

Random products and users: the night's `rank_users` ranks with vectors of the encoder's and the network's lengths and
popularity (`dense`), with neighbours of both kinds alone (`sparse`), with all of these (`whole`), and with all of these
and approximate candidates (`short`; what these miss depends on the vectors, and random ones say nothing about it).
`numpy` is the bound: one matrix product of the same length, the same masks, the same k, one thread. ALS ranks by
`recommendForAllUsers`, which masks nothing, with 64 factors and with as many as these vectors have; implicit and faiss,
where they are installed, with vectors of the same length. Above 10^10 scores a sample of the users is ranked, and the
seconds for all are extrapolated and printed apart. Every method first ranks a few users, so that start-up is not
counted.

    python -m benchmarks.topk --users 10000 100000 1000000 --products 10000 100000 --most-scores 1e9 --json topk.json
"""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.ml.recommendation import ALSModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from scipy import sparse
from threadpoolctl import threadpool_limits

from benchmarks.lib.random_shop import DENSE, HISTORY, MEANING, SPARSE, TASTE, WHOLE, RandomShop, made, weighed
from pipelines.atomic_files import write_json
from pipelines.contracts.score_parts import NEXT_CHOICE
from pipelines.settings.load import check_settings
from pipelines.settings.tree import Settings
from recommender.ranking.ranker_files import save_ranker
from spark_jobs.engine import session
from spark_jobs.ranking.rank_users import ListRun, rank_users

MOST_SCORES = 10**10
K = 20
FACTORS = 64
MEMORY = "6g"  # ALS keeps its factors there
FEW = 64
DAY = date(2025, 3, 31)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.topk", description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, nargs="+", default=[10_000])
    parser.add_argument("--products", type=int, nargs="+", default=[10_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2, help="cores that Spark and the libraries may use")
    parser.add_argument("--most-scores", type=float, default=MOST_SCORES)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    spark_settings = {"master": f"local[{asked.threads}]", "partitions": 4 * asked.threads, "driver_memory": MEMORY}
    settings = check_settings({"spark": spark_settings})
    found = []
    with session("topk", settings.spark) as spark:
        for products in asked.products:
            samples = {users: min(users, int(asked.most_scores // products)) for users in asked.users}
            for ranked in sorted(set(samples.values())):
                seconds = compared(spark, settings, made(ranked, products), asked)
                those = [users for users, count in samples.items() if count == ranked]
                found += [line(way, users, products, ranked, *seconds[way]) for users in those for way in seconds]
    if asked.json:
        write_json(asked.json, found)


def compared(
    spark: SparkSession, settings: Settings, shop: RandomShop, asked: argparse.Namespace
) -> dict[str, tuple[float, int]]:
    """Every way in turn, `asked.runs` times: the median of its seconds, and the cores it had."""
    with tempfile.TemporaryDirectory() as folder:
        ways = {**in_spark(spark, settings, shop, Path(folder)), "numpy": (plain(shop), 1)}
        for factors in (FACTORS, MEANING + TASTE):
            ways[f"als of {factors}"] = (als(spark, shop, factors), asked.threads)
        ways |= libraries(shop, asked.threads)
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for rank, _ in ways.values():
            rank(FEW)
        for _ in range(asked.runs):
            for name, (rank, _) in ways.items():
                began = time.perf_counter()
                rank(len(shop.chosen))
                seconds[name].append(time.perf_counter() - began)
    spark.catalog.clearCache()  # factors of ALS
    return {name: (float(np.median(seconds[name])), cores) for name, (_, cores) in ways.items()}


def line(way: str, users: int, products: int, ranked: int, seconds: float, cores: int) -> dict[str, Any]:
    """The figures of one method for `users`, of whom `ranked` were measured; printed."""
    found = {
        "way": way,
        "users": users,
        "products": products,
        "ranked_users": ranked,
        "seconds": round(seconds, 3),
        "seconds_for_all": round(seconds * users / ranked, 1),
        "scores_per_s_core": round(ranked * products / seconds / cores),
        "users_per_s": round(ranked / seconds),
    }
    print(
        "{way:<12} {ranked_users:>7,} of {users:>9,} users x {products:>7,}: {seconds:7.2f} s ({seconds_for_all:>9,} s"
        " for all) {scores_per_s_core:>11,} scores/s/core {users_per_s:>7,} users/s".format(**found),
        flush=True,
    )
    return found


def in_spark(
    spark: SparkSession, settings: Settings, shop: RandomShop, folder: Path
) -> dict[str, tuple[Callable[[int], object], int]]:
    """The night's `rank_users` with dense parts, with sparse ones, with all, and with approximate candidates."""
    ids, cores = shop.ranker.product_ids, spark.sparkContext.defaultParallelism
    turns = list(range(shop.chosen.shape[1]))
    rows = [(f"u{u:08d}", [str(p) for p in ids[chosen]], turns, "1") for u, chosen in enumerate(shop.chosen)]
    schema = "user_id string, history array<string>, turns array<int>, model_version string"
    spark.createDataFrame(rows, schema).write.parquet(str(folder / "users"))
    users = spark.read.parquet(str(folder / "users"))
    bundles = spark.createDataFrame([], "bundle_id string, products array<string>")
    ways = {}
    ranker = shop.ranker
    dense, alone, whole = (replace(ranker, blend=weighed(weights)) for weights in (DENSE, SPARSE, WHOLE))
    named = {"spark dense": dense, "spark sparse": alone, "spark whole": whole, "spark short": whole.shortened()}
    for name, one in named.items():
        run = ListRun(folder / name, DAY, settings.ranking, settings.bundles.most_per_user, settings.spark.partitions)
        save_ranker(one, run.ranker)
        ways[name] = (_ranked(users, bundles, run), cores)
    return ways


def _ranked(users: DataFrame, bundles: DataFrame, run: ListRun) -> Callable[[int], object]:
    def rank(count: int) -> None:
        some = users.where(F.col("user_id") < f"u{count:08d}")
        hidden = some.select("user_id", F.explode("history").alias("product_id"))
        frame = rank_users(some, hidden, bundles, run)
        frame.write.format("noop").mode("overwrite").save()
        frame.unpersist()

    return rank


def plain(shop: RandomShop) -> Callable[[int], object]:
    """The bound: user vectors times product vectors, hidden products set to minus infinity, the best k sorted."""
    ranker = shop.ranker
    products = np.ascontiguousarray(np.hstack([ranker.vectors, ranker.find_part(NEXT_CHOICE.name).targets]))
    users = products[shop.chosen[:, -1]].copy()
    barred = np.where(ranker.showable, np.float32(0), np.float32(-np.inf))

    def rank(count: int) -> np.ndarray:
        lists = np.empty((count, K), np.int64)
        with threadpool_limits(1):
            for at in range(0, count, 128):
                block = users[at : min(at + 128, count)]
                score = block @ products.T
                score += barred
                np.put_along_axis(score, shop.chosen[at : at + len(block)].astype(np.int64), -np.inf, axis=1)
                top = np.argpartition(score, -K, axis=1)[:, -K:]
                order = np.argsort(-np.take_along_axis(score, top, axis=1), axis=1)
                lists[at : at + len(block)] = np.take_along_axis(top, order, axis=1)
        return lists

    return rank


def als(spark: SparkSession, shop: RandomShop, factors: int) -> Callable[[int], object]:
    """Spark's ALS with random factors: their values do not change the speed, and fitting long ones takes hours."""
    rng = np.random.default_rng(7)

    def frame(count: int) -> DataFrame:
        drawn = rng.normal(size=(count, factors)).astype(np.float32)
        batch = {"id": np.arange(count, dtype=np.int32), "features": list(drawn)}
        kept = spark.createDataFrame(pa.table(batch)).select("id", F.col("features").cast("array<float>")).cache()
        kept.count()
        return kept

    users, products = frame(len(shop.chosen)), frame(len(shop.ranker.product_ids))
    made = spark._jvm.org.apache.spark.ml.recommendation.ALSModel("als", factors, users._jdf, products._jdf)
    model = ALSModel(made.setUserCol("user").setItemCol("item"))

    def rank(count: int) -> None:
        some = spark.range(count).select(F.col("id").cast("int").alias("user"))
        all_of_them = count >= len(shop.chosen)
        lists = model.recommendForAllUsers(K) if all_of_them else model.recommendForUserSubset(some, K)
        lists.write.format("noop").mode("overwrite").save()

    return rank


def libraries(shop: RandomShop, threads: int) -> dict[str, tuple[Callable[[int], object], int]]:
    """implicit and faiss, where they are installed."""
    ranker = shop.ranker
    products = np.ascontiguousarray(np.hstack([ranker.vectors, ranker.find_part(NEXT_CHOICE.name).targets]))
    users = products[shop.chosen[:, -1]].copy()
    ways: dict[str, tuple[Callable[[int], object], int]] = {}
    if importlib.util.find_spec("implicit"):
        from implicit.cpu.topk import topk

        seen = sparse.csr_matrix(
            (
                np.ones(shop.chosen.size, np.float32),
                np.sort(shop.chosen, axis=1).ravel(),
                np.arange(len(shop.chosen) + 1) * HISTORY,
            ),
            shape=(len(shop.chosen), len(products)),
        )

        def by_implicit(count: int) -> object:
            with one_thread_each():
                return topk(products, users[:count], K, filter_query_items=seen[:count], num_threads=threads)

        ways["implicit"] = (by_implicit, threads)
    if importlib.util.find_spec("faiss"):
        import faiss

        faiss.omp_set_num_threads(threads)
        index = faiss.IndexFlatIP(products.shape[1])
        index.add(products)
        ways["faiss flat"] = (lambda count: index.search(users[:count], K), threads)
    return ways


@contextmanager
def one_thread_each() -> Iterator[None]:
    with threadpool_limits(1):
        yield


if __name__ == "__main__":
    main()
