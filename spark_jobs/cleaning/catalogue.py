"""The night's catalogue: clean products, products sold in the past, and the day since when each is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.night.content_hash import content_hash
from pipelines.night.day_versions import (
    files_of_table,
    folder_of,
    record_versions_read,
    refused_folder,
    version_hash,
)
from pipelines.night.night import Night
from pipelines.night.store import Version, store_of
from pipelines.sources.files import SourceFile
from pipelines.sources.product_history import remember_products
from pipelines.state_files import write_state
from spark_jobs.cleaning.account import account_with_news, clean_rows, refused_rows, verdicts_by_day
from spark_jobs.cleaning.landing import delivered_source, land, landed_rows
from spark_jobs.cleaning.products import judge_products, typed_products, value_changes, with_aliases
from spark_jobs.cleaning.products_from_lines import FACTS, codes_by_delivery, products_of_lines, typed_lines
from spark_jobs.day_tables import kept_aside
from spark_jobs.engine import conform, ddl, from_arrow, measure, read, spark_schema

COLUMNS = [c.name for c in PRODUCTS.columns]
KNOWN = ddl(PRODUCTS, "product_id", known_from="date")


@dataclass(frozen=True)
class CleanCatalogue:
    """What events and reviews are judged against: the known products, and the account of the catalogue itself.

    A product counts as known where a catalogue held it at most `lateness_days` days after the day of the row. `ledger`
    and `known` hold only products that were known by the run date.
    """

    known: DataFrame
    ledger: pa.Table
    lateness_days: int
    account: dict[str, Any]

    @cached_property
    def _digests(self) -> list[tuple[date, str]]:
        """For each day on which products became known, a digest of all products known by then."""
        by_day: dict[date, list[str]] = {}
        for product, day in zip(*(self.ledger[c].to_pylist() for c in ("product_id", "known_from")), strict=True):
            by_day.setdefault(day or date.min, []).append(product)
        found, so_far = [], ""
        for day in sorted(by_day):
            so_far = version_hash(so_far, sorted(by_day[day]))
            found.append((day, so_far))
        return found

    def digest(self, day: str) -> str:
        """Digest of the products known in time for rows of `day`; part of the version of that day."""
        end = date.fromisoformat(day) + timedelta(days=self.lateness_days)
        return next((digest for since, digest in reversed(self._digests) if since <= end), "")


def clean_catalogue(spark: SparkSession, night: Night, key: bytes) -> CleanCatalogue:
    """Write the night's table of products, products sold in the past included, and record them for later nights."""
    source, cleaning, building = delivered_source(night, "products"), night.settings.cleaning, night.work / "building"
    products = night.settings.sources.products

    def typed(rows: DataFrame) -> DataFrame:
        return typed_lines(rows, key) if products.from_lines else typed_products(rows, cleaning)

    landed = land(spark, source, typed, key)
    rows = landed_rows(spark, source, list(landed), typed, key)
    if products.from_lines:
        facts = [c for c in FACTS if c in night.columns["products"] or c in products.derive]
        whole, said = typed_products(products_of_lines(rows, facts), cleaning), rows.where("title is not null")
    else:
        whole, said = rows, rows.where("reason is null")
    judged = kept_aside(judge_products(whole, cleaning), building / "judged products")
    clean = with_aliases(clean_rows(judged), judged, cleaning.most_aliases).select(*COLUMNS)
    dated = clean.join(first_deliveries(said, source.files.values()), "product_id", "left")
    found = dated.join(value_changes(judged), "product_id", "left").toArrow()
    ledger = remember_products(night.home, found, night.run_date)
    ledger = ledger.filter(pc.fill_null(pc.less_equal(ledger["known_from"], pa.scalar(night.run_date)), True))
    former = from_arrow(spark, ledger.select(COLUMNS), spark_schema(PRODUCTS)).join(clean, "product_id", "left_anti")
    whole = conform(clean.unionByName(former.withColumn("available", F.lit(False))), PRODUCTS)
    version = commit_products(whole, refused_rows(judged, "products"), building, night.home)
    record_versions_read(night, **{PRODUCTS.name: {"": version}, "deliveries:products": {k: k for k in landed}})
    written = read(spark, PRODUCTS, files_of_table(night, PRODUCTS))
    write_state(night.aggregates(PRODUCTS), measure(written, PRODUCTS, night.run_date, {}))
    verdicts = verdicts_by_day(judged).get("", {"verdicts": {}})["verdicts"]
    if products.from_lines:  # the account counts codes; the lines of the files are counted in the account of events
        codes = codes_by_delivery(rows)
        landed = {
            k: {"file": facts["file"], "rows": codes.get(k, 0), "on_arrival": {}, "days": {}}
            for k, facts in landed.items()
        }
    account = account_with_news(landed, [verdicts], source.new, night.first_day, night.run_date)
    known = from_arrow(spark, ledger.select(["product_id", "known_from"]), KNOWN)
    return CleanCatalogue(known, ledger, cleaning.lateness_days, account)


def first_deliveries(said: DataFrame, files: Iterable[SourceFile]) -> DataFrame:
    """`product_id` and `delivered`, the day of the first of `files` with the product.

    Null for the oldest file, whose products count as always known.
    """
    oldest = min((f.delivered for f in files if f.delivered), default=None)
    first = said.groupBy("product_id").agg(F.min("delivered").alias("delivered"))
    return first.withColumn("delivered", F.nullif("delivered", F.lit(oldest).cast("date")))


def commit_products(clean: DataFrame, refused: DataFrame, building: Path, home: Path) -> str:
    """Commit the table of products and its refused rows; the version is a hash of their rows."""
    made = {
        "refused products": (refused, QUARANTINE, refused_folder),
        "products": (clean, PRODUCTS, folder_of),
    }
    for name, (rows, _, _) in made.items():
        ordered = rows.repartition(1).sortWithinPartitions(*rows.columns[:1])
        ordered.write.mode("overwrite").parquet(str(building / name))
    version = version_hash([content_hash(building / name, table) for name, (_, table, _) in made.items()])
    folders = {building / name: folder(home, PRODUCTS, "", version) for name, (_, _, folder) in made.items()}
    store_of(home).commit({made: Version(target, {}) for made, target in folders.items()})
    return version
