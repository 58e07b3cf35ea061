"""The night's catalogue: clean products, products sold in the past, and the day since when each is known."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.atomic_files import write_json
from pipelines.contracts.products import PRODUCTS
from pipelines.night.day_versions import files_of_table, folder_of, move_version, record_versions_read, version_hash
from pipelines.night.night import Night
from pipelines.sources.product_history import remember_products
from spark_jobs.cleaning.account import account_with_news, clean_rows, refused_rows, verdicts_by_day
from spark_jobs.cleaning.landing import land, landed_rows
from spark_jobs.cleaning.products import judge_products, typed_products, with_aliases
from spark_jobs.cleaning.products_from_lines import FACTS, products_of_lines, typed_lines
from spark_jobs.day_tables import kept_aside
from spark_jobs.engine import conform, from_arrow, measure, read, spark_schema

COLUMNS = [c.name for c in PRODUCTS.columns]


@dataclass(frozen=True)
class CleanCatalogue:
    """What events and reviews are judged against: the known products, and the account of the catalogue itself."""

    known: DataFrame
    ledger: pa.Table
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

    def digest(self, day: str, night: Night) -> str:
        """Digest of the products known in time for rows of `day`; part of the version of that day."""
        end = min(date.fromisoformat(day) + timedelta(days=night.settings.cleaning.lateness_days), night.run_date)
        return next((digest for since, digest in reversed(self._digests) if since <= end), "")


def clean_catalogue(spark: SparkSession, night: Night, key: bytes) -> CleanCatalogue:
    """Write the night's table of products, products sold in the past included, and record them for later nights."""
    from_lines = night.settings.sources.products.from_lines
    typed = typed_lines if from_lines else typed_products
    landed = land(spark, night, "products", typed, key)
    rows = landed_rows(spark, night, "products", list(landed), typed, key)
    whole = typed_products(products_of_lines(rows, _facts(night)), night, key) if from_lines else rows
    judged = kept_aside(judge_products(whole, night.settings), night.work / "building" / "judged products")
    clean = with_aliases(clean_rows(judged), judged, night.settings.cleaning.most_aliases).select(*COLUMNS)
    said = rows.where("title is not null" if from_lines else "reason is null")
    found = clean.join(_first_delivery(said, night), "product_id", "left").toArrow()
    ledger = remember_products(night.home, found, night.run_date)
    ledger = ledger.filter(pc.fill_null(pc.less_equal(ledger["known_from"], pa.scalar(night.run_date)), True))
    former = from_arrow(spark, ledger.select(COLUMNS), spark_schema(PRODUCTS)).join(clean, "product_id", "left_anti")
    _write(clean.unionByName(former.withColumn("available", F.lit(False))), refused_rows(judged, "products"), night)
    verdicts = verdicts_by_day(judged).get("", {"verdicts": {}})["verdicts"]
    if from_lines:  # counts codes; the lines of the file are counted in the account of events
        landed = {
            k: {"file": f["file"], "rows": sum(verdicts.get(f["file"], {}).values()), "on_arrival": {}, "days": {}}
            for k, f in landed.items()
        }
    account = account_with_news(night, "products", landed, [verdicts])
    known = from_arrow(spark, ledger.select(["product_id", "known_from"]), "product_id string, known_from date")
    return CleanCatalogue(known, ledger, account)


def _facts(night: Night) -> list[str]:
    source = night.settings.sources.products
    return [c for c in FACTS if c in night.columns["products"] or c in source.derive]


def _first_delivery(said: DataFrame, night: Night) -> DataFrame:
    """`delivered`: day of the first delivery with the product; null for the oldest file, whose products count as always
    known.
    """
    oldest = min((f.delivered for f in night.files["products"] if f.delivered), default=None)
    first = said.groupBy("product_id").agg(F.min("delivered").alias("delivered"))
    return first.withColumn("delivered", F.nullif("delivered", F.lit(oldest).cast("date")))


def _write(products: DataFrame, refused: DataFrame, night: Night) -> None:
    """Write the table of products under the name of the night's run: each night has its own."""
    place, target = night.work / "building" / "products", folder_of(night.home, PRODUCTS, "", night.run_id)
    beside = night.home / "quarantine" / "products" / night.run_id
    for rows, made, there in ((conform(products, PRODUCTS), place, target), (refused, place / "refused", beside)):
        rows.repartition(1).sortWithinPartitions(*rows.columns[:1]).write.mode("overwrite").parquet(str(made))
        shutil.rmtree(there, ignore_errors=True)
        move_version(made, there)
    record_versions_read(night, products={"": night.run_id})
    written = read(products.sparkSession, PRODUCTS, files_of_table(night, PRODUCTS))
    write_json(night.aggregates(PRODUCTS), measure(written, PRODUCTS, night.run_date, {}))
