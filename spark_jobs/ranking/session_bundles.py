"""Bundles of what users saw on their last visit and did not buy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from pipelines.night.night import Night
from pipelines.settings.session_bundles import SessionBundles
from pipelines.settings.tree import Settings
from recommender.bundles.model import Pair, Products
from recommender.bundles.rules import Rules
from recommender.bundles.visit_bundles import ScoredBundles, VisitBundler, clustered_bundles, learned_bundles
from recommender.ranking.ranker import Ranker
from spark_jobs.ranking.bundle_evidence import BundleEvidence, both_in, ids_of, shelf_of, substitutes_among
from spark_jobs.ranking.neighbours import kinds_of
from spark_jobs.ranking.pair_blocks import COMPLEMENT

ROWS = "user_id string, rank int, session_key string, started bigint, products array<string>, score double"


def session_bundles(
    evidence: BundleEvidence, sessions: DataFrame, hidden: DataFrame, ranker: Ranker, night: Night
) -> DataFrame:
    """One row for each user and rank: of the last visit what to offer together, by the rules of the shop."""
    settings = night.settings
    visits = open_visits(sessions, evidence.showable, hidden, night.run_date, settings.session_bundles)
    rows: list[tuple[object, ...]] = []
    bundler = VisitBundler.load(night.work / "visit_bundler")
    if visits:
        shelf = shelf_of(evidence, {product for visit in visits for product in visit["products"]})
        rules = Rules(settings.bundles, shelf, substitutes_among(evidence, shelf), settings.bundles.most_products)
        joins = complements_among(evidence, shelf, settings)
        for visit in visits:
            found = bundles_of(tuple(visit["products"]), rules, joins, ranker, bundler)
            for rank, (products, score) in enumerate(found[: settings.bundles.most_per_user], 1):
                rows.append((visit["user_id"], rank, visit["session_key"], visit["at"], list(products), score))
    made_by = F.lit("clusters" if bundler is None else "learned")
    made = evidence.products.sparkSession.createDataFrame(rows, ROWS)
    return made.withColumns({"started": F.timestamp_micros("started"), "made_by": made_by})


def open_visits(
    sessions: DataFrame, showable: DataFrame, hidden: DataFrame, until: date, settings: SessionBundles
) -> list[Row]:
    """Users' last visits on which nothing was bought, with two `products` seen at least that may be shown to them.

    A visit counts if it is not older than the settings say; of too many the latest do, and come first.
    """
    since = until - timedelta(days=settings.open_days - 1)
    latest = Window.partitionBy("user_id").orderBy(F.desc("started"), F.desc("session_key"))
    recent = sessions.where(F.col("user_id").isNotNull() & (F.col("day") >= F.lit(since)))
    seen = recent.where(F.size("products") > 0).withColumn("nth", F.row_number().over(latest))
    left = seen.where((F.col("nth") == 1) & (F.size("bought") == 0)).select(
        "user_id", "session_key", F.unix_micros("started").alias("at"), F.explode("products").alias("product_id")
    )
    may = left.join(showable, "product_id", "left_semi").join(hidden, ["user_id", "product_id"], "left_anti")
    visits = may.groupBy("user_id", "session_key", "at").agg(
        F.sort_array(F.collect_set("product_id")).alias("products")
    )
    open_ = visits.where(F.size("products") > 1).orderBy(F.desc("at"), F.desc("session_key"), "user_id")
    return open_.limit(settings.most_open if settings.enabled else 0).collect()


def bundles_of(
    products: Products, rules: Rules, joins: Mapping[Pair, float], ranker: Ranker, bundler: VisitBundler | None
) -> ScoredBundles:
    """The bundles of a visit, the best first, learned where visits taught enough."""
    if bundler is not None:
        return learned_bundles(products, bundler.bundles, rules)
    vectors = ranker.vectors[ranker.find(list(products))]
    return clustered_bundles(products, vectors @ vectors.T, joins, rules)


def complements_among(evidence: BundleEvidence, products: Collection[str], settings: Settings) -> dict[Pair, float]:
    """The pairs of these products that join each other, with how strongly."""
    pairs = both_in(evidence.related, ids_of(products, evidence))
    rows = kinds_of(pairs, settings).where(F.col("kind") == COMPLEMENT).collect()
    return {(r["product_id"], r["other_id"]): r["score"] for r in rows}
