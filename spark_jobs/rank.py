"""Ranker and features -> all output tables: lists, bundles, neighbours, figures, in one Spark session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

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
from pipelines.night.day_versions import facts_of, files_of_table, versions_read
from pipelines.night.model_in_force import version_in_force
from pipelines.night.night import Night
from pipelines.settings.features import Features
from pipelines.state_files import write_state
from recommender.bundles.scoring import BasketTotals
from recommender.bundles.visit_bundles import VisitBundler
from recommender.ranking.ranker_files import load_ranker
from recommender.texts.all_languages import LANGUAGES
from spark_jobs.engine import job, measure, read, write
from spark_jobs.features.pairs import baskets, limited_groups
from spark_jobs.ranking.bought_after import bought_after
from spark_jobs.ranking.bundle_evidence import BundleEvidence, forbidden_pairs
from spark_jobs.ranking.bundles import find_bundles
from spark_jobs.ranking.check_views import check_views, named_products
from spark_jobs.ranking.cold_start import as_users, by_segment, hidden_from, popular_lists
from spark_jobs.ranking.decayed_counts import GroupCounts, decayed_total, pair_sums, product_counts, window_start
from spark_jobs.ranking.figures import feedback, quarantine_counts, run_metrics
from spark_jobs.ranking.neighbours import similar_products
from spark_jobs.ranking.offers import bundle_table, cold_table
from spark_jobs.ranking.rank_users import ListRun, bundle_rows, rank_users, topk_rows
from spark_jobs.ranking.relations import RelationRun, has_views, pair_evidence, related_pairs
from spark_jobs.ranking.session_bundles import VisitRules, open_visits, session_bundles

CO_BOUGHT = "co_bought"
FEW = 10  # unknown products that are named beside the check


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `rank` for the night that `--night` names."""
    job("rank", rank, argv)


def rank(spark: SparkSession, night: Night) -> None:
    """Write all output tables of the night, with the numbers of their checks."""
    settings = night.settings

    def rows_of(table: Table) -> DataFrame:
        return read(spark, table, files_of_table(night, table))

    def publish(frame: DataFrame, table: Table) -> DataFrame:
        written = write(frame.transform(stamp, night.run_date, night.release_id), table, night.place(table))
        write_state(night.aggregates(table), measure(written, table, night.run_date, views))
        return written

    events, products = rows_of(EVENTS), rows_of(PRODUCTS)
    named = named_products(settings.relations, settings.bundles)
    views = check_views(events, products, settings.ranking, settings.features, named) | {PRODUCTS.name: products}
    showable, hidden = views[SHOWABLE_PRODUCTS.name], views[HIDDEN_PRODUCTS.name]
    ranker, language = load_ranker(night.work / "ranker"), LANGUAGES[settings.shop.language]
    run = RelationRun(night.run_date, night.work / "ranker", settings.relations)
    days = counted_days(spark, night)
    evidence = evidence_of(days, products, showable, run, settings.features)
    views[SUBSTITUTE_PAIRS.name] = forbidden_pairs(evidence, settings.bundles)

    offers = find_bundles(evidence, ranker, settings.bundles, settings.relations)
    bundles = views[BUNDLES.name] = publish(bundle_table(offers, evidence, language), BUNDLES)
    unknown = [f"{r['product_id']} ({r['key']})" for r in views[UNKNOWN_PRODUCTS.name].head(FEW)]
    write_state(night.details(BUNDLES), {NAMED: ", ".join(unknown)})
    publish(cold_table(offers, evidence, settings.bundles), COLD_START_BUNDLES)

    lists = ListRun(
        run.ranker, night.run_date, settings.ranking, settings.bundles.most_per_user, settings.spark.partitions
    )
    ranked = rank_users(rows_of(USER_EMBEDDINGS), hidden, bundles, lists, offers.near_duplicates)
    publish(topk_rows(ranked, products, language), USER_TOPK)
    publish(bundle_rows(ranked), USER_BUNDLES)

    newcomers = rows_of(NEWCOMERS)
    segments = rank_users(as_users(newcomers), hidden_from(newcomers), bundles.limit(0), lists)
    version = F.lit(version_in_force(night.work))  # by whose half-life popularity is halved
    popular = popular_lists(rows_of(POPULARITY), products, showable, settings.ranking.k, language)
    popular = popular.withColumn("model_version", version)
    publish(popular.unionByName(by_segment(topk_rows(segments, products, language))), COLD_START_TOPK)

    after = bought_after(days.events, night.run_date, settings.relations, settings.features)
    publish(similar_products(evidence.related, after, rows_of(PRODUCT_EMBEDDINGS), showable, run), SIMILAR_PRODUCTS)

    visits = open_visits(rows_of(SESSIONS), showable, hidden, night.run_date, settings.session_bundles)
    bundler = VisitBundler.load(night.work / "visit_bundler")
    rules = VisitRules(settings.bundles, settings.relations)
    publish(session_bundles(evidence, visits, ranker, bundler, rules), SESSION_BUNDLES)

    publish(run_metrics(spark, night.work / "evaluation.json"), RUN_METRICS)
    publish(feedback(events), FEEDBACK_METRICS)
    publish(quarantine_counts(spark, night.work / "account.json"), QUARANTINE_SUMMARY)
    ranked.unpersist()
    segments.unpersist()


@dataclass(frozen=True)
class CountedDays:
    """The days that relations are counted over: clean `events`, the table `pair_counts`, and its `groups`.

    `groups` are the numbers of baskets and visits by day and kind.
    """

    events: DataFrame
    pair_counts: DataFrame
    groups: GroupCounts


def counted_days(spark: SparkSession, night: Night) -> CountedDays:
    """The days of the night's window of relations."""
    first = window_start(night.run_date, night.settings.relations)
    days = {d: v for d, v in versions_read(night)[PAIR_COUNTS.name].items() if d >= str(first)}
    groups = {day: facts.get("groups", {}) for day, facts in facts_of(night.home, PAIR_COUNTS, days).items()}
    events, counts = (
        read(spark, table, files_of_table(night, table)).where(F.col("day") >= F.lit(first))
        for table in (EVENTS, PAIR_COUNTS)
    )
    return CountedDays(events, counts, groups)


def evidence_of(
    days: CountedDays, products: DataFrame, showable: DataFrame, run: RelationRun, features: Features
) -> BundleEvidence:
    """Relations of pairs, counts of products, and baskets, over the days that are counted."""
    sums = pair_sums(days.pair_counts, run.run_date, run.settings).persist()
    pairs = pair_evidence(sums, days.groups, products, run).persist()
    bought = baskets(days.events, features.bought)
    return BundleEvidence(
        baskets=limited_groups(bought.withColumn("kind", F.lit(CO_BOUGHT)), features).persist(),
        groups=BasketTotals(
            sum(of_day.get(CO_BOUGHT, 0) for of_day in days.groups.values()),
            decayed_total(days.groups, CO_BOUGHT, run.run_date, run.settings),
        ),
        related=related_pairs(pairs, run.settings, has_views(days.events, features)).persist(),
        product_counts=product_counts(sums),
        products=products,
        showable=showable,
        run_date=run.run_date,
    )


def stamp(frame: DataFrame, run_date: date, release_id: str) -> DataFrame:
    """`frame` with the columns that trace a row to its night."""
    return frame.withColumns({"run_date": F.lit(run_date), "release_id": F.lit(release_id)})


if __name__ == "__main__":
    main()
