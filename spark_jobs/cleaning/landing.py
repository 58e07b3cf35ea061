"""Source files that no night has read -> typed rows, written once: everything that a row determines by itself.

Verdicts that depend on other rows (duplicates, robots, unknown products) are added later, day by day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.errors import SourceError
from pipelines.night.day_versions import FACTS, commit_version, delivery_key, move_version
from pipelines.night.night import Night
from spark_jobs.cleaning.account import refused_rows
from spark_jobs.cleaning.read_sources import read_source
from spark_jobs.cleaning.rules import CODE
from spark_jobs.cleaning.spark_files import DeliveredSource
from spark_jobs.day_tables import FOLDER, write_folders

Typing = Callable[[DataFrame], DataFrame]  # rows as text -> typed rows with reason, day, on_arrival
Landed = Mapping[str, Mapping[str, Any]]  # the facts of each delivery by its key, as `land` returns them


def delivered_source(night: Night, name: str) -> DeliveredSource:
    """The source `name` of the night."""
    files = {delivery_key(night, name, file): file for file in night.files[name]}
    new = frozenset(key for key, file in files.items() if file.first_run == night.run_id)
    return DeliveredSource(name, getattr(night.settings.sources, name), files, new, night.home, night.work)


def landed_folder(home: Path, source: str, key: str) -> Path:
    """Where the typed rows of one delivery lie."""
    return home / "landed" / source / key


def land(spark: SparkSession, source: DeliveredSource, typed: Typing, key: bytes) -> dict[str, dict[str, Any]]:
    """Make sure that every file of the source has been read; returns the facts of each delivery by its key.

    Facts are its `file`, `rows`, `on_arrival` (rows refused at once, by reason), and `days`: for each day its rows and
    a digest of them. Raises SourceError where a file that must be read is gone.
    """
    facts = {k: landed_folder(source.home, source.name, k) / FACTS for k in source.files}
    unread = {k: f for k, f in source.files.items() if not facts[k].is_file()}
    if lost := [f.name for f in unread.values() if f.gone]:
        raise SourceError(
            f"[sources.{source.name}] {', '.join(lost[:3])}{' and others' if len(lost) > 3 else ''} must be read again"
            ", because settings, code or key changed, but cannot be found any more. Put it back."
        )
    if unread:
        rows, counts = read_source(spark, replace(source, files=unread), key)
        _write(_without_foreign_text(typed(rows)), source, counts)
    return {k: json.loads(file.read_text()) for k, file in facts.items()}


def landed_rows(
    spark: SparkSession, source: DeliveredSource, keys: Collection[str], typed: Typing, key: bytes
) -> DataFrame:
    """The typed rows of the deliveries with these keys."""
    folders = [landed_folder(source.home, source.name, k) for k in keys]
    if filled := [str(folder) for folder in folders if any(folder.glob("*.parquet"))]:
        return spark.read.parquet(*filled)
    return typed(read_source(spark, replace(source, files={}), key)[0])


def _without_foreign_text(rows: DataFrame) -> DataFrame:
    """`rows` in which a refused row keeps its `product_id` only if that looks like a product code."""
    likely = F.col("reason").isNull() | F.col("product_id").rlike(CODE)
    return rows.withColumn("product_id", F.when(likely, F.col("product_id")))


def _write(rows: DataFrame, source: DeliveredSource, counts: Mapping[str, int]) -> None:
    """Write the typed rows, with their facts, of the deliveries in `counts`: the number of lines of each by its key."""
    spark, place = rows.sparkSession, source.work / "building" / f"landed {source.name}"
    made = write_folders(rows.withColumn(FOLDER, F.col("delivery")).sortWithinPartitions(FOLDER, "day"), place)
    written = spark.read.parquet(*map(str, made.values())) if made else None
    found = _facts(written) if written else {}
    if written and any(facts["on_arrival"] for facts in found.values()):
        at_once = written.where("on_arrival").withColumns({"verdict": F.col("reason"), FOLDER: F.col("delivery")})
        refused = write_folders(refused_rows(at_once, source.name, FOLDER), place.with_name(f"arrived {source.name}"))
        for key, folder in refused.items():
            move_version(folder, source.home / "quarantine" / source.name / "arrived" / key)
    for key, n in counts.items():
        facts = {"file": source.files[key].name, "rows": n, "on_arrival": {}, "days": {}} | found.get(key, {})
        commit_version(made.get(key, place / key), landed_folder(source.home, source.name, key), facts)


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
