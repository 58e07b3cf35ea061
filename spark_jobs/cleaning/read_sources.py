"""The shop's files -> one row for each line: where it stands, its hash, and our columns as text."""

from __future__ import annotations

from functools import reduce

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.errors import SettingsError
from pipelines.night import Night
from pipelines.settings.model import Source
from pipelines.source_columns import EXPECTED
from spark_jobs.cleaning.landing import FileGroup, LandedFile, groups, land
from spark_jobs.cleaning.parsing import WHITESPACE, filled
from spark_jobs.cleaning.pseudonyms import keyed_hash
from spark_jobs.cleaning.shop_columns import as_json, as_text, one_object, parse_csv, parse_json, whole_row

FILES = "number int, path string, file string, delivered date"
PLACE = (
    "file string, delivered date, arrival struct<file: int, block: bigint, line: bigint>, "
    "row_hash string, length int, readable boolean"
)


def read_source(spark: SparkSession, night: Night, name: str, key: bytes) -> DataFrame:
    """One row for each non-blank line of the files of source `name`, with the columns of PLACE and ours as text.

    `arrival` orders rows by file, in the order of delivery, and then by line. Rows that are not `readable` hold
    null in our columns. Values have no blanks around them; an empty one is null.
    """
    source: Source = getattr(night.settings.sources, name)
    files = land(night, name)
    if not files:
        return spark.createDataFrame([], ", ".join([PLACE, *(f"`{c}` string" for c in EXPECTED[name])]))
    parts = [_rows(spark, group, source, key) for group in groups(files)]
    parts = [_ours(part, name, source, night.columns[name]) for part in parts]
    return _placed(reduce(DataFrame.unionByName, parts), files)


def count_rows(spark: SparkSession, night: Night, name: str) -> int:
    """The non-blank lines in the files of source `name`, headers apart: what the account must add up to."""
    return sum(_lines(spark, group).count() for group in groups(land(night, name)))


def _lines(spark: SparkSession, group: FileGroup) -> DataFrame:
    """`line` (for Parquet the whole row) and where it stands: `path`, `block`, `number` within the block."""
    place = [
        F.col("_metadata.file_path").alias("path"),
        F.col("_metadata.file_block_start").alias("block"),
        F.monotonically_increasing_id().alias("line_number"),
    ]
    if group.format == "parquet":
        return spark.read.parquet(*group.paths).select(F.struct("*").alias("line"), *place)
    lines = spark.read.text(list(group.paths)).select(F.col("value").alias("line"), *place)
    filled_lines = lines.where(F.btrim("line", F.lit(WHITESPACE)) != "")
    return filled_lines.where(F.col("line") != group.header) if group.header else filled_lines


def _rows(spark: SparkSession, group: FileGroup, source: Source, key: bytes) -> DataFrame:
    """Lines with `_shop`: a struct of the shop's columns as text, null where the line cannot be read.

    Parsing has a step of its own: an expression that is used twice would be computed twice.
    """
    lines = _lines(spark, group)
    if group.format == "parquet":
        raw, parsed, shop = as_json("line"), F.col("line"), as_text("_parsed", lines.schema["line"].dataType)
    elif group.format == "jsonl":
        raw, parsed, shop = F.col("line"), parse_json(_needed(group.columns, source)), one_object("_parsed")
    else:
        separator = "\t" if group.format == "tsv" else ","
        raw, parsed, shop = F.col("line"), parse_csv(group.columns, separator), whole_row("_parsed")
    hashed = lines.select(
        F.struct("path", "block", "line_number").alias("_stands"),
        keyed_hash(key, raw).alias("_hash"),
        F.length(raw).alias("_length"),
        parsed.alias("_parsed"),
    )
    return hashed.select("_stands", "_hash", "_length", shop.alias("_shop"))


def _needed(columns: tuple[str, ...], source: Source) -> list[str]:
    """The columns that the settings may speak of: parsing the others would be wasted."""
    derived = " ".join(source.derive.values()).lower()
    ours = {*source.columns.values(), *(c for names in EXPECTED.values() for c in names)}
    return [c for c in columns if c in ours or c.lower() in derived]


def _ours(rows: DataFrame, name: str, source: Source, found: dict[str, str]) -> DataFrame:
    """Our columns as text, by the map and by the derivations of the settings."""
    there = rows.schema["_shop"].dataType.fieldNames()
    wide = rows.select("*", "_shop.*") if source.derive else rows

    def column(ours: str) -> Column:
        if ours in source.derive:
            return F.when(F.col("_shop").isNotNull(), F.expr(source.derive[ours]).cast("string"))
        if found.get(ours) in there:
            return F.col("_shop").getField(found[ours])
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
            f"[sources.{name}.derive] cannot be computed from the columns {', '.join(there)}: {first}. "
            "Use Spark SQL over these columns; all of them are text."
        ) from wrong
    return ours.withColumns({c: filled(F.col(c)) for c in EXPECTED[name]})


def _placed(rows: DataFrame, files: list[LandedFile]) -> DataFrame:
    known = rows.sparkSession.createDataFrame([(f.number, f.path, f.name, f.delivered) for f in files], FILES)
    stands = rows.withColumn("path", F.regexp_replace("_stands.path", "^file:/+", "/"))
    arrival = F.struct(
        F.col("number").alias("file"), F.col("_stands.block").alias("block"), F.col("_stands.line_number").alias("line")
    )
    ours = [c for c in rows.columns if not c.startswith("_") and c != "readable"]
    return stands.join(F.broadcast(known), "path").select(
        "file",
        "delivered",
        arrival.alias("arrival"),
        F.col("_hash").alias("row_hash"),
        F.col("_length").alias("length"),
        "readable",
        *ours,
    )
