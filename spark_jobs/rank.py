"""Model and features → what readers see: lists, bundles, neighbours, figures. One Spark process for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.atomic_files import write_json
from pipelines.contracts.bundles import BUNDLES, NAMED
from pipelines.contracts.cold_start_bundles import COLD_START_BUNDLES
from pipelines.contracts.cold_start_topk import COLD_START_TOPK
from pipelines.contracts.contract import Table
from pipelines.contracts.events import EVENTS
from pipelines.contracts.feedback_metrics import FEEDBACK_METRICS
from pipelines.contracts.newcomers import NEWCOMERS
from pipelines.contracts.pair_counts import PAIR_COUNTS
from pipelines.contracts.popularity import POPULARITY
from pipelines.contracts.product_embeddings import PRODUCT_EMBEDDINGS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine_summary import QUARANTINE_SUMMARY
from pipelines.contracts.run_metrics import RUN_METRICS
from pipelines.contracts.session_bundles import SESSION_BUNDLES
from pipelines.contracts.sessions import SESSIONS
from pipelines.contracts.similar_products import SIMILAR_PRODUCTS
from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.contracts.user_embeddings import USER_EMBEDDINGS
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.contracts.views import HIDDEN_PRODUCTS, SHOWABLE_PRODUCTS, SUBSTITUTE_PAIRS, UNKNOWN_PRODUCTS
from pipelines.night.day_versions import facts_of, files_of_table, view_of
from pipelines.night.night import Night
from recommender.bundles.scoring import BasketTotals
from recommender.ranking.ranker_files import load_ranker
from recommender.texts.all_languages import LANGUAGES
from spark_jobs.engine import job, measure, read, write
from spark_jobs.features.pairs import baskets, that_count
from spark_jobs.ranking.bought_after import bought_after
from spark_jobs.ranking.bundle_evidence import BundleEvidence, replaced
from spark_jobs.ranking.bundles import find_bundles
from spark_jobs.ranking.check_views import check_views
from spark_jobs.ranking.cold_start import as_users, by_segment, hidden_from, popular_lists
from spark_jobs.ranking.figures import feedback, quarantine_counts, run_metrics
from spark_jobs.ranking.neighbours import similar_products
from spark_jobs.ranking.offers import bundle_table, cold_table
from spark_jobs.ranking.rank_users import bundle_rows, rank_users, topk_rows
from spark_jobs.ranking.relations import (
    alone,
    decayed_total,
    knows_views,
    pair_evidence,
    related_pairs,
    summed,
    window_start,
)
from spark_jobs.ranking.session_bundles import session_bundles

CO_BOUGHT = "co_bought"
FEW = 10  # products that a sentence names


def main(argv: Sequence[str] | None = None) -> None:
    job("rank", rank, argv)


def rank(spark: SparkSession, night: Night) -> None:
    """Write all output tables of the night."""

    def rows_of(table: Table) -> DataFrame:
        return read(spark, table, files_of_table(night, table))

    events, products = rows_of(EVENTS), rows_of(PRODUCTS)
    ranker = load_ranker(night.work / "ranker")
    views = check_views(events, products, night.settings) | {PRODUCTS.name: products}
    showable, hidden = views[SHOWABLE_PRODUCTS.name], views[HIDDEN_PRODUCTS.name]

    def publish(frame: DataFrame, table: Table) -> DataFrame:
        written = write(frame.transform(stamp, night.run_date, night.release_id), table, night.place(table))
        write_json(night.aggregates(table), measure(written, table, night.run_date, views))
        return written

    language = LANGUAGES[night.settings.shop.language]
    evidence = evidence_of(spark, night, events, products, showable)
    views[SUBSTITUTE_PAIRS.name] = replaced(evidence, night.settings)
    offers = find_bundles(evidence, ranker, night.settings)
    bundles = publish(bundle_table(offers, evidence, language), BUNDLES)
    views[BUNDLES.name] = bundles
    unknown = [f"{r['product_id']} ({r['key']})" for r in views[UNKNOWN_PRODUCTS.name].head(FEW)]
    write_json(night.details(BUNDLES), {NAMED: ", ".join(unknown)})
    publish(cold_table(offers, evidence, night.settings), COLD_START_BUNDLES)
    ranked = rank_users(rows_of(USER_EMBEDDINGS), hidden, bundles, night, offers.copies)
    publish(topk_rows(ranked, products, language), USER_TOPK)
    publish(bundle_rows(ranked), USER_BUNDLES)
    newcomers = rows_of(NEWCOMERS)
    welcomed = rank_users(as_users(newcomers), hidden_from(newcomers), bundles.limit(0), night)
    popular, k = rows_of(POPULARITY), night.settings.ranking.k
    for_anyone = popular_lists(popular, products, showable, k, language)
    publish(for_anyone.unionByName(by_segment(topk_rows(welcomed, products, language))), COLD_START_TOPK)
    vectors = rows_of(PRODUCT_EMBEDDINGS)
    first = window_start(night.run_date, night.settings.relations)
    after = bought_after(events.where(F.col("day") >= F.lit(first)), night.run_date, night.settings)
    publish(similar_products(evidence.related, after, vectors, showable, night), SIMILAR_PRODUCTS)
    visits = session_bundles(evidence, rows_of(SESSIONS), hidden, ranker, night)
    publish(visits, SESSION_BUNDLES)
    publish(run_metrics(spark, night), RUN_METRICS)
    publish(feedback(events), FEEDBACK_METRICS)
    publish(quarantine_counts(spark, night), QUARANTINE_SUMMARY)
    ranked.unpersist()
    welcomed.unpersist()


def evidence_of(
    spark: SparkSession, night: Night, events: DataFrame, products: DataFrame, showable: DataFrame
) -> BundleEvidence:
    """What is known of pairs and baskets, over the days that the settings count."""
    settings = night.settings
    first = window_start(night.run_date, settings.relations)
    days = {d: v for d, v in view_of(night)[PAIR_COUNTS.name].items() if d >= str(first)}
    groups = {day: facts.get("groups", {}) for day, facts in facts_of(night.home, PAIR_COUNTS, days).items()}
    counts = read(spark, PAIR_COUNTS, files_of_table(night, PAIR_COUNTS)).where(F.col("day") >= F.lit(first))
    sums = summed(counts, night.run_date, settings.relations).persist()
    pairs = pair_evidence(sums, groups, products, night).persist()
    recent = events.where(F.col("day") >= F.lit(first))
    bought = baskets(recent, settings.features.bought)
    return BundleEvidence(
        baskets=that_count(bought.withColumn("kind", F.lit(CO_BOUGHT)), settings.features).persist(),
        groups=BasketTotals(
            sum(of_day.get(CO_BOUGHT, 0) for of_day in groups.values()),
            decayed_total(groups, CO_BOUGHT, night.run_date, settings.relations),
        ),
        related=related_pairs(pairs, settings, knows_views(recent, settings.features)).persist(),
        alone=alone(sums),
        products=products,
        showable=showable,
        run_date=night.run_date,
    )


def stamp(frame: DataFrame, run_date: date, release_id: str) -> DataFrame:
    """`frame` with the columns that trace a row to its night."""
    return frame.withColumns({"run_date": F.lit(run_date), "release_id": F.lit(release_id)})


if __name__ == "__main__":
    main()
