"""Source files that no night has read -> typed rows, written once: everything that a row determines by itself.

Verdicts that depend on other rows (duplicates, robots, unknown products) are added later, day by day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.errors import SourceError
from pipelines.night.day_versions import arrived_folder, delivery_key, landed_folder
from pipelines.night.night import Night
from pipelines.night.store import Version, sha256_of, store_of
from spark_jobs.cleaning.account import refused_rows
from spark_jobs.cleaning.read_sources import read_source
from spark_jobs.cleaning.rules import CODE
from spark_jobs.cleaning.spark_files import DeliveredSource, readable_folder
from spark_jobs.day_tables import FOLDER, write_folders

Typing = Callable[[DataFrame], DataFrame]  # rows as text -> typed rows with reason, day, on_arrival
Landed = Mapping[str, Mapping[str, Any]]  # the facts of each delivery by its key, as `land` returns them


def delivered_source(night: Night, name: str) -> DeliveredSource:
    """The source `name` of the night."""
    files = {delivery_key(night, name, file): file for file in night.files[name]}
    new = frozenset(key for key, file in files.items() if file.first_run == night.run_id)
    settings = getattr(night.settings.sources, name)
    return DeliveredSource(name, settings, files, new, night.home, night.work, readable_folder(night))


def land(spark: SparkSession, source: DeliveredSource, typed: Typing, key: bytes) -> dict[str, dict[str, Any]]:
    """Make sure that every file of the source has been read; returns the facts of each delivery by its key.

    Facts are its `file`, `rows`, `on_arrival` (rows refused at once, by reason), and `days`: for each day its rows and
    a digest of them. Raises SourceError where a file that must be read is gone, or changes while it is read.
    """
    store, unread = store_of(source.home), {k: f for k, f in source.files.items() if not _is_landed(source, k)}
    if lost := [f.name for f in unread.values() if f.gone or not Path(f.path).is_file()]:
        raise SourceError(
            f"[sources.{source.name}] {_some(lost)} must be read again, because settings, code or key changed or what "
            "was read is damaged, but cannot be found any more. Put it back."
        )
    if unread:
        rows, counts = read_source(spark, replace(source, files=unread), key)
        _write(_without_foreign_text(typed(rows)), source, counts)
    return {k: store.read(landed_folder(source.home, source.name, k)).facts for k in source.files}


def _is_landed(source: DeliveredSource, key: str) -> bool:
    """Whether a delivery has been read, and both its typed rows and those refused on arrival are whole."""
    places = landed_folder(source.home, source.name, key), arrived_folder(source.home, source.name, key)
    return not any(store_of(source.home).damage(place) for place in places)


def _check_unchanged(source: DeliveredSource, keys: Collection[str]) -> None:
    """Raise SourceError where a file has other bytes now than those that its key, and the night, is named by."""
    changed = [f.name for f in (source.files[key] for key in keys) if sha256_of(Path(f.path)) != f.sha256]
    if changed:
        raise SourceError(
            f"[sources.{source.name}] {_some(changed)} changed between the opening of the night and its reading. "
            "Run the night again; it reads the new content."
        )


def _some(names: Sequence[str]) -> str:
    return f"{', '.join(names[:3])}{' and others' if len(names) > 3 else ''}"


def landed_rows(
    spark: SparkSession, source: DeliveredSource, keys: Collection[str], typed: Typing, key: bytes
) -> DataFrame:
    """The typed rows of the deliveries with these keys."""
    store = store_of(source.home)
    if files := [file for k in keys for file in store.files(landed_folder(source.home, source.name, k))]:
        return spark.read.parquet(*files)
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
    arrived, refused = place.with_name(f"arrived {source.name}"), {}
    if written and any(facts["on_arrival"] for facts in found.values()):
        at_once = written.where("on_arrival").withColumns({"verdict": F.col("reason"), FOLDER: F.col("delivery")})
        refused = write_folders(refused_rows(at_once, source.name, FOLDER), arrived)
    _check_unchanged(source, counts)
    store, home = store_of(source.home), source.home
    store.commit(
        {refused.get(k, arrived / k): Version(arrived_folder(home, source.name, k), {}) for k in counts}
        | {
            made.get(k, place / k): Version(
                landed_folder(home, source.name, k),
                {"file": source.files[k].name, "rows": n, "on_arrival": {}, "days": {}} | found.get(k, {}),
            )
            for k, n in counts.items()
        }
    )


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
