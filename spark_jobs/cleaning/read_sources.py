"""Source files -> one row for each line: position, keyed hash, and our columns as text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import cast

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from pipelines.errors import SettingsError
from pipelines.settings.sources import Source
from pipelines.sources.columns import EXPECTED, names_in
from spark_jobs.cleaning.derivations import derived
from spark_jobs.cleaning.parsing import filled
from spark_jobs.cleaning.pseudonyms import keyed_hash
from spark_jobs.cleaning.raw_lines import raw_blocks, raw_lines
from spark_jobs.cleaning.shop_columns import as_json, as_text, one_object, parse_csv, parse_json, whole_row
from spark_jobs.cleaning.spark_files import DeliveredSource, FileGroup, ReadableFile, groups, readable_files

FILES = "path string, delivery string, file string, delivered date"
PLACE = (
    "delivery string, file string, delivered date, block bigint, line bigint, row_hash string, length int, "
    "readable boolean"
)
PLACE_COLUMNS = ("delivery", "file", "delivered", "block", "line", "row_hash", "length", "readable")
BLOCKS = "path string, block bigint, first bigint, rows bigint"


def read_source(spark: SparkSession, source: DeliveredSource, key: bytes) -> tuple[DataFrame, dict[str, int]]:
    """One row for each non-blank line of the files of a source, and how many each file has, by delivery.

    Rows have the columns of PLACE and ours as text; `line` counts from 1 within `block`, which begins at that byte of
    the file (of one that Spark does not split: 0). Rows that are not `readable` hold null in our columns. Values have
    no blanks around them; an empty one is null. The count is taken on the raw lines, apart from any verdict.
    """
    name, settings, files = source.name, source.settings, readable_files(source)
    if not files:
        empty = spark.createDataFrame([], ", ".join([PLACE, *(f"`{c}` string" for c in EXPECTED[name])]))
        return empty, dict.fromkeys(source.files, 0)
    parts, blocks = [], []
    for group in groups(files):
        lines = raw_lines(spark, group)
        blocks += raw_blocks(lines)
        parts.append(_ours(_rows(lines, group, name, settings, key), name, settings, group.columns))
    known = {f.path: f.delivery for f in files}
    counts = dict.fromkeys(source.files, 0)
    for path, _, _, rows in blocks:
        counts[known[path]] += rows
    return _placed(reduce(DataFrame.unionByName, parts), files, blocks), counts


def _rows(lines: DataFrame, group: FileGroup, name: str, source: Source, key: bytes) -> DataFrame:
    """Rows with `_shop`: a struct of the needed source columns as text, null where the line cannot be parsed.

    Parsing is a projection of its own: an expression that is used twice would be computed twice.
    """
    wanted = names_in(name, source, group.columns)
    if group.format == "parquet":
        raw, parsed, shop = (
            as_json("line"),
            F.col("line"),
            as_text("_parsed", cast(StructType, lines.schema["line"].dataType)),
        )
    elif group.format == "jsonl":
        raw, parsed, shop = F.col("line"), parse_json(wanted), one_object("_parsed")
    else:
        separator = "\t" if group.format == "tsv" else ","
        raw, parsed = F.col("line"), parse_csv(len(group.columns), separator)
        shop = whole_row("_parsed", group.columns, wanted)
    hashed = lines.where("is_row").select(
        F.struct("path", "block", "number").alias("_stands"),
        keyed_hash(key, raw).alias("_hash"),
        F.length(raw).alias("_length"),
        parsed.alias("_parsed"),
    )
    return hashed.select("_stands", "_hash", "_length", shop.alias("_shop"))


def _ours(rows: DataFrame, name: str, source: Source, seen: Sequence[str]) -> DataFrame:
    """Our columns as text, by the column map and the SQL derivations of the settings."""
    there = cast(StructType, rows.schema["_shop"].dataType).fieldNames()
    wide = rows.select("*", "_shop.*") if source.derive else rows

    def column(ours: str) -> Column:
        if ours in source.derive:
            value = derived(rows.sparkSession, f"[sources.{name}.derive] {ours}", source.derive[ours])
            return F.when(F.col("_shop").isNotNull(), value.cast("string"))
        theirs = source.columns.get(ours, ours)
        if theirs in there:
            return F.col("_shop").getField(theirs)
        return F.lit(None).cast("string")

    try:
        ours = wide.select(
            "_stands",
            "_hash",
            "_length",
            F.col("_shop").isNotNull().alias("readable"),
            *(column(c).alias(c) for c in EXPECTED[name]),
        )
    except AnalysisException as wrong:
        first = str(wrong).splitlines()[0]
        raise SettingsError(
            f"[sources.{name}.derive] cannot be computed from the columns {', '.join(seen)}: {first}. "
            "Use Spark SQL over these columns; all of them are text."
        ) from wrong
    return ours.withColumns({c: filled(F.col(c)) for c in EXPECTED[name]})


def _placed(rows: DataFrame, files: list[ReadableFile], blocks: list[tuple[str, int, int, int]]) -> DataFrame:
    spark = rows.sparkSession
    known = spark.createDataFrame([(f.path, f.delivery, f.name, f.delivered) for f in files], FILES)
    starts = spark.createDataFrame(blocks, BLOCKS).join(known, "path")
    stands = rows.withColumns({"path": F.col("_stands.path"), "block": F.col("_stands.block")})
    ours = [c for c in rows.columns if not c.startswith("_") and c != "readable"]
    return stands.join(F.broadcast(starts), ["path", "block"]).select(
        "delivery",
        "file",
        "delivered",
        "block",
        (F.col("_stands.number") - F.col("first") + 1).alias("line"),
        F.col("_hash").alias("row_hash"),
        F.col("_length").alias("length"),
        "readable",
        *ours,
    )
