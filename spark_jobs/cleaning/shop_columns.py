"""One raw line -> the shop's columns as text, in one struct; null where the line cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as T

from spark_jobs.cleaning.parsing import WHITESPACE

CSV = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "_bad", "escape": '"', "maxCharsPerColumn": "-1"}
JSON = {"allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}
EXACT = 10**15  # whole numbers up to here are exact in a double


def parse_csv(columns: Sequence[str], separator: str) -> Column:
    """The fields of `line` by the names of the header; a name that comes again is known by its first field."""
    names = [name if name not in columns[:i] else f"_{i}" for i, name in enumerate(columns)]
    schema = ", ".join(f"{_quoted(name)} string" for name in [*names, "_bad"])
    fields = F.from_csv("line", schema, CSV | {"sep": separator, "maxColumns": str(max(20480, len(names) + 1))})
    return F.when(~F.contains("line", F.lit("\0")), fields)


def whole_row(parsed: str) -> Column:
    """A parsed CSV line; null where it has more or fewer fields than the header."""
    return F.when(F.col(f"{parsed}._bad").isNull(), F.col(parsed))


def parse_json(columns: Sequence[str]) -> Column:
    """`line` as the only element of an array of objects: Spark ignores what follows a bare object."""
    schema = ", ".join(f"{_quoted(name)} string" for name in columns) or "_none string"
    line = F.btrim("line", F.lit(WHITESPACE))
    parsed = F.from_json(F.concat(F.lit("["), line, F.lit("]")), f"array<struct<{schema}>>", JSON)
    return F.when(line.endswith("}"), parsed)


def one_object(parsed: str) -> Column:
    """A parsed JSON line, nested values as JSON text; null where it is anything but one object."""
    return F.when(F.size(parsed) == 1, F.get(parsed, F.lit(0)))


def as_text(parsed: str, row: T.StructType) -> Column:
    """A Parquet row with all columns as text: instants with their offset, nested values as JSON."""
    return F.struct(*(_text(F.col(parsed).getField(f.name), f.dataType).alias(f.name) for f in row.fields))


def as_json(column: str) -> Column:
    """The whole Parquet row as one text, which stands for the raw line."""
    return F.to_json(column, {"ignoreNullFields": "true"})


def _text(value: Column, kind: T.DataType) -> Column:
    match kind:
        case T.StructType() | T.ArrayType() | T.MapType():
            return F.to_json(value)
        case T.TimestampType():
            return F.date_format(value, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
        case T.DoubleType() | T.FloatType():  # an id of 12345678 is not 1.2345678E7
            whole = (value == F.floor(value)) & (F.abs(value) < EXACT)
            return F.when(whole, value.cast("bigint").cast("string")).otherwise(value.cast("string"))
    return value.cast("string")


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
