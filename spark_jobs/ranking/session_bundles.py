"""Bundles of the products that users looked at on their last visit and did not buy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from pipelines.contracts.session_bundles import SESSION_BUNDLES
from pipelines.settings.bundles import Bundles
from pipelines.settings.relations import Relations
from pipelines.settings.session_bundles import SessionBundles
from recommender.bundles.model import Pair, Products
from recommender.bundles.rules import Rules
from recommender.bundles.visit_bundles import ScoredBundles, VisitBundler, clustered_bundles, learned_bundles
from recommender.ranking.ranker import Ranker
from spark_jobs.engine import ddl
from spark_jobs.ranking.bundle_evidence import BundleEvidence, both_in, bundle_products, ids_of, substitutes_among
from spark_jobs.ranking.neighbours import kinds_of
from spark_jobs.ranking.pair_blocks import COMPLEMENT

# `started` as microseconds, which Spark turns into a time: Python's times would pass through the local time zone.
ROWS = ddl(SESSION_BUNDLES, "user_id", "rank", "session_key", "products", "score", started_us="bigint")


@dataclass(frozen=True)
class VisitRules:
    """The sections of settings that the bundles of visits follow."""

    bundles: Bundles
    relations: Relations


def session_bundles(
    evidence: BundleEvidence, visits: Sequence[Row], ranker: Ranker, bundler: VisitBundler | None, settings: VisitRules
) -> DataFrame:
    """One row for each user and rank: bundles of the products of each of `visits` (those of `open_visits`).

    `bundler` is what was learned from visits, None where they were too few.
    """
    rows: list[tuple[object, ...]] = []
    if visits:
        catalogue = bundle_products(evidence, {product for visit in visits for product in visit["products"]})
        rules = Rules(
            settings.bundles, catalogue, substitutes_among(evidence, catalogue), settings.bundles.most_products
        )
        complements = complements_among(evidence, catalogue, settings.relations)
        for visit in visits:
            bundles = bundles_of(tuple(visit["products"]), rules, complements, ranker, bundler)
            for rank, (products, score) in enumerate(bundles[: settings.bundles.most_per_user], 1):
                rows.append((visit["user_id"], rank, visit["session_key"], list(products), score, visit["at"]))
    made_by = F.lit("clusters" if bundler is None else "learned")
    made = evidence.products.sparkSession.createDataFrame(rows, ROWS)
    return made.withColumns({"started": F.timestamp_micros("started_us"), "made_by": made_by})


def open_visits(
    sessions: DataFrame, showable: DataFrame, hidden: DataFrame, until: date, settings: SessionBundles
) -> list[Row]:
    """The last visit of each user, where nothing was bought on it and two `products` at least may be shown to the user.

    Visits older than `open_days` are left out. The latest come first; of more than `most_open` the others are left out.
    """
    since = until - timedelta(days=settings.open_days - 1)
    latest = Window.partitionBy("user_id").orderBy(F.desc("started"), F.desc("session_key"))
    recent = sessions.where(F.col("user_id").isNotNull() & (F.col("day") >= F.lit(since)))
    numbered = recent.where(F.size("products") > 0).withColumn("nth", F.row_number().over(latest))
    viewed = numbered.where((F.col("nth") == 1) & (F.size("bought") == 0)).select(
        "user_id", "session_key", F.unix_micros("started").alias("at"), F.explode("products").alias("product_id")
    )
    offerable = viewed.join(showable, "product_id", "left_semi").join(hidden, ["user_id", "product_id"], "left_anti")
    visits = offerable.groupBy("user_id", "session_key", "at").agg(
        F.sort_array(F.collect_set("product_id")).alias("products")
    )
    ranked = visits.where(F.size("products") > 1).orderBy(F.desc("at"), F.desc("session_key"), "user_id")
    return ranked.limit(settings.most_open if settings.enabled else 0).collect()


def bundles_of(
    products: Products, rules: Rules, complements: Mapping[Pair, float], ranker: Ranker, bundler: VisitBundler | None
) -> ScoredBundles:
    """The bundles of a visit, the best first: by `bundler`, or by clusters where there is none."""
    if bundler is not None:
        return learned_bundles(products, bundler.bundles, rules)
    vectors = ranker.vectors[ranker.find(list(products))]
    return clustered_bundles(products, vectors @ vectors.T, complements, rules)


def complements_among(evidence: BundleEvidence, products: Collection[str], settings: Relations) -> dict[Pair, float]:
    """The pairs of these products that are complements, with their strength."""
    pairs = both_in(evidence.related, ids_of(products, evidence))
    rows = kinds_of(pairs, settings).where(F.col("kind") == COMPLEMENT).collect()
    return {(r["product_id"], r["other_id"]): r["score"] for r in rows}
