"""Time and memory of all checks of a night, for 10 million new events and 10 million rows of lists.

Spark makes rows from hashes (28 days, half a million users of whom few are active, 20,000 products) and writes them as
a night would; that is not counted. Then each part that exists for checks alone is measured: sums of the contracts by
day, profiles of days, the numbers of `user_topk`, and Great Expectations over all numbers. Wall and processor seconds
(of Spark and of this process), and the peak memory of both.

    python -m benchmarks.checks --rows 10000000 --json checks.json
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.atomic_files import write_json
from pipelines.contracts.check_sql import bound
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.night.day_versions import files_of_table, folder_of, record_versions_read
from pipelines.night.night import Night
from pipelines.night.store import Version, store_of
from pipelines.quality.check import check
from pipelines.quality.suites import STAGES
from pipelines.settings.load import check_settings
from spark_jobs.clean import categories_of
from spark_jobs.cleaning.profile import event_profiles
from spark_jobs.day_tables import gathered, sums_of, write_folders
from spark_jobs.engine import conform, measure, read, session, spark_schema
from spark_jobs.ranking.check_views import check_views, named_products

LAST = date(2025, 3, 31)
DAYS, USERS, ITEMS, K = 28, 500_000, 20_000, 20


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.checks", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    engine = {"master": f"local[{asked.cores}]", "driver_memory": "3g", "partitions": 16}
    settings = check_settings({"spark": engine, "ranking": {"k": K}})
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-memory 3g pyspark-shell"
    with tempfile.TemporaryDirectory() as folder, session("benchmark of checks", settings.spark) as spark:
        night = Night(Path(folder), LAST, "run", f"{LAST}-01", "f" * 8, settings, {}, {}, (), "k", LAST)
        night.save()
        found = run(spark, night, asked.rows)
    print(f"{'all':<32} {in_words(found['all'])}")
    java, python = found["all"]["java_mb"], found["all"]["python_mb"]
    print(f"{asked.rows:,} rows each, {asked.cores} cores; at most {java:,.0f} MB in Spark, {python:,.0f} MB in Python")
    if asked.json:
        write_json(asked.json, {"rows": asked.rows, "cores": asked.cores, "parts": found})


def run(spark: SparkSession, night: Night, rows: int) -> dict[str, dict[str, float]]:
    """Measure each part; returns seconds and memory by part."""
    write_products(spark, night)
    made = write_folders(gathered(conform(made_events(spark, rows), EVENTS), EVENTS.sort), night.work / "events")
    events = spark.read.parquet(*map(str, made.values())).select(*(c.name for c in EVENTS.columns))
    products = read(spark, PRODUCTS, files_of_table(night, PRODUCTS))
    costs: dict[str, dict[str, float]] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        clock, spent = time.monotonic(), processor_seconds(spark)
        result = work()
        costs[name] = {"seconds": time.monotonic() - clock, "cpu_seconds": processor_seconds(spark) - spent}
        print(f"{name:<32} {in_words(costs[name])}", flush=True)
        return result

    sums = timed("sums of events by day", lambda: sums_of(spark, EVENTS, made, {PRODUCTS.name: products}))
    profiles = timed("profiles of days", lambda: event_profiles(events, categories_of(products)))
    facts = {day: {"sums": sums[day], **profiles[day]} for day in made}
    store_of(night.home).commit(
        {made[day]: Version(folder_of(night.home, EVENTS, day, "v"), facts[day]) for day in made}
    )
    record_versions_read(night, events=dict.fromkeys(made, "v"))
    settings, clean = night.settings, read(spark, EVENTS, files_of_table(night, EVENTS))
    named = named_products(settings.relations, settings.bundles)
    views = check_views(clean, products, settings.ranking, settings.features, named)
    views[PRODUCTS.name] = products
    lists = conform(made_lists(spark, rows), USER_TOPK)
    lists.write.parquet(str(night.place(USER_TOPK)))
    written = read(spark, USER_TOPK, files_of_table(night, USER_TOPK))
    numbers = timed("numbers of user_topk", lambda: measure(written, USER_TOPK, LAST, views))
    write_json(night.aggregates(USER_TOPK), numbers)
    for table in STAGES["inputs"]:  # any numbers do: judging costs the same; these hold
        numbers = {c.name: bound(c.at_least, night.settings.checks) or 0.0 for c in table.all_checks()}
        write_json(night.aggregates(table), numbers)
    timed("Great Expectations, Data Docs", lambda: check(night, "inputs"))
    total = {key: sum(part[key] for part in costs.values()) for key in ("seconds", "cpu_seconds")}
    return costs | {"all": total | {"java_mb": java_megabytes(spark), "python_mb": python_megabytes()}}


def in_words(cost: dict[str, float]) -> str:
    """What a part cost, in words."""
    return f"{cost['seconds']:8.1f} s {cost['cpu_seconds']:8.1f} s of processor"


def write_products(spark: SparkSession, night: Night) -> None:
    """A catalogue of ITEMS products in 40 categories."""
    rows = spark.range(ITEMS).selectExpr(
        "concat('p', id) product_id", "concat('Product ', id) title", "'' description",
        "array(concat('c', id % 40)) categories", "'' brand", "1.0D + id % 90 price", "null cost",
        "map() attributes",
        "true available", "md5(cast(id as string)) text_hash",
    )  # fmt: skip
    rows = rows.withColumns(
        {"attributes": F.lit(None).cast("map<string,string>"), "aliases": F.array().cast("array<string>")}
    )
    place = night.work / "products"
    conform(rows, PRODUCTS).coalesce(1).write.parquet(str(place))
    store_of(night.home).commit({place: Version(folder_of(night.home, PRODUCTS, "", "v"), {})})
    record_versions_read(night, products={"": "v"})


def made_events(spark: SparkSession, rows: int) -> DataFrame:
    """Clean events of DAYS days; the busiest users do most."""
    return spark.range(rows).selectExpr(
        "md5(cast(id as string)) event_id",
        f"if(id % 5 = 0, null, md5(cast(floor(pow(abs(hash(id) % 99991) / 99991, 3) * {USERS}) as string))) user_id",
        f"concat('p', floor(pow(abs(hash(id, 1) % 1000003) / 1000003, 2) * {ITEMS})) product_id",
        "element_at(array('view', 'view', 'view', 'click', 'purchase'), 1 + abs(hash(id, 2) % 5)) event_type",
        f"timestamp_seconds(unix_seconds(timestamp'{LAST}') - (id % {DAYS}) * 86400 + abs(hash(id, 3) % 86400)) ts",
        "null value", "1 quantity", "1.0D + abs(hash(id, 4) % 90) price", "null dwell_s", "null session_id",
        "null order_id", "null position", "null propensity", "null release_id",
        f"date_sub(date'{LAST}', cast(id % {DAYS} as int)) day",
    )  # fmt: skip


def made_lists(spark: SparkSession, rows: int) -> DataFrame:
    """Lists of K products for as many users as `rows` holds."""
    parts = spark_schema(USER_TOPK)["reason"].dataType["parts"].dataType.simpleString()
    reason = (
        "named_struct('kind', 'popular', 'evidence', array('p1'), 'users', null, 'contribution', 1.0F, "
        f"'parts', cast(null as {parts})) reason"
    )
    return spark.range(rows).selectExpr(
        f"md5(cast(id div {K} as string)) user_id", f"cast(1 + id % {K} as int) rank",
        f"concat('p', (hash(id div {K}) % {ITEMS} + {ITEMS} + id % {K}) % {ITEMS}) product_id",
        f"cast(0.5 - (id % {K}) / 100 as float) score", "'popular' source", "'score' placed_by", reason,
        "'Popular' reason_text", "'template' written_by",
        "null propensity", "'1' model_version", f"date'{LAST}' run_date", "'r' release_id",
    )  # fmt: skip


def processor_seconds(spark: SparkSession) -> float:
    """Processor seconds that Spark's process and this one have used."""
    fields = Path(f"/proc/{_java(spark)}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + time.process_time()


def java_megabytes(spark: SparkSession) -> float:
    """Peak memory of Spark's process in MB."""
    status = Path(f"/proc/{_java(spark)}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def python_megabytes() -> float:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _java(spark: SparkSession) -> int:
    return int(spark.sparkContext._gateway.proc.pid)


if __name__ == "__main__":
    main()
