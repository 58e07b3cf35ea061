"""Source files that no night has read -> typed rows, written once: everything that a row determines by itself.

Verdicts that depend on other rows (duplicates, robots, unknown products) are added later, day by day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.errors import SourceError
from pipelines.night.day_versions import FACTS, commit_version, delivery_key, move_version
from pipelines.night.night import Night
from pipelines.sources.files import SourceFile
from spark_jobs.cleaning.account import refused_rows
from spark_jobs.cleaning.read_sources import read_source
from spark_jobs.cleaning.rules import CODE
from spark_jobs.day_tables import FOLDER, write_folders

Typing = Callable[[DataFrame, Night, bytes], DataFrame]  # rows as text -> typed rows with reason, day, on_arrival


def landed_folder(home: Path, source: str, key: str) -> Path:
    """Where the typed rows of one delivery lie."""
    return home / "landed" / source / key


def land(spark: SparkSession, night: Night, source: str, typed: Typing, key: bytes) -> dict[str, dict[str, Any]]:
    """Make sure that every file of the night has been read; returns the facts of each delivery by its key.

    Facts are its `file`, `rows`, `on_arrival` (rows refused at once, by reason), and `days`: for each day its rows and
    a digest of them. Raises SourceError where a file that must be read is gone.
    """
    deliveries = {delivery_key(night, source, file): file for file in night.files[source]}
    unread = {k: f for k, f in deliveries.items() if not (landed_folder(night.home, source, k) / FACTS).is_file()}
    if lost := [f.name for f in unread.values() if f.gone]:
        raise SourceError(
            f"[sources.{source}] {', '.join(lost[:3])}{' and others' if len(lost) > 3 else ''} must be read again, "
            "because settings, code or key changed, but cannot be found any more. Put it back."
        )
    if unread:
        rows, counts = read_source(spark, night, source, unread, key)
        _write(_without_foreign_text(typed(rows, night, key)), night, source, unread, counts)
    return {k: json.loads((landed_folder(night.home, source, k) / FACTS).read_text()) for k in deliveries}


def landed_rows(
    spark: SparkSession, night: Night, source: str, keys: Collection[str], typed: Typing, key: bytes
) -> DataFrame:
    """The typed rows of these deliveries."""
    folders = [landed_folder(night.home, source, k) for k in keys]
    if filled := [str(folder) for folder in folders if any(folder.glob("*.parquet"))]:
        return spark.read.parquet(*filled)
    return typed(read_source(spark, night, source, {}, key)[0], night, key)


def _without_foreign_text(rows: DataFrame) -> DataFrame:
    """`rows` in which a refused row keeps its `product_id` only if that looks like a product code."""
    likely = F.col("reason").isNull() | F.col("product_id").rlike(CODE)
    return rows.withColumn("product_id", F.when(likely, F.col("product_id")))


def _write(
    rows: DataFrame, night: Night, source: str, deliveries: Mapping[str, SourceFile], counts: Mapping[str, int]
) -> None:
    spark, place = rows.sparkSession, night.work / "building" / f"landed {source}"
    made = write_folders(rows.withColumn(FOLDER, F.col("delivery")).sortWithinPartitions(FOLDER, "day"), place)
    written = spark.read.parquet(*map(str, made.values())) if made else None
    found = _facts(written) if written else {}
    if written and any(facts["on_arrival"] for facts in found.values()):
        at_once = written.where("on_arrival").withColumns({"verdict": F.col("reason"), FOLDER: F.col("delivery")})
        refused = write_folders(refused_rows(at_once, source, FOLDER), place.with_name(f"arrived {source}"))
        for key, folder in refused.items():
            move_version(folder, night.home / "quarantine" / source / "arrived" / key)
    for key, n in counts.items():
        facts = {"file": deliveries[key].name, "rows": n, "on_arrival": {}, "days": {}} | found.get(key, {})
        commit_version(made.get(key, place / key), landed_folder(night.home, source, key), facts)


def _facts(written: DataFrame) -> dict[str, dict[str, Any]]:
    reason, day = F.when(F.col("on_arrival"), F.col("reason")), F.when(~F.col("on_arrival"), F.col("day"))
    digest = F.sum(F.xxhash64("row_hash", "block", "line").cast("decimal(20,0)"))
    groups = written.groupBy("delivery", reason.alias("reason"), day.cast("string").alias("day"))
    found: dict[str, dict[str, Any]] = {}
    for row in groups.agg(F.count("*").alias("rows"), digest.alias("digest")).collect():
        mine = found.setdefault(row["delivery"], {"on_arrival": {}, "days": {}})
        if row["reason"] is None:
            mine["days"][row["day"] or ""] = [row["rows"], str(row["digest"])]
        else:
            mine["on_arrival"][row["reason"]] = row["rows"]
    return found
