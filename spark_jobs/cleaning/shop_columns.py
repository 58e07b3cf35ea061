"""One raw line -> a struct of the source's columns as text; null where the line cannot be parsed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as T

from spark_jobs.cleaning.parsing import WHITESPACE

CSV = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "_bad", "escape": '"', "maxCharsPerColumn": "-1"}
JSON = {"allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}
EXACT = 10**15  # whole numbers up to here are exact in a double


def parse_csv(width: int, separator: str) -> Column:
    """The fields of `line`, which should have `width`, by position (`_0`, `_1`, …).

    A sentinel field is appended to the line: an open quote swallows it, so that a field is missing.
    """
    schema = ", ".join(f"_{i} string" for i in range(width + 1)) + ", _bad string"
    options = CSV | {"sep": separator, "maxColumns": str(width + 20_480)}
    fields = F.from_csv(F.concat("line", F.lit(f"{separator}~")), schema, options)
    return F.when(_is_text(F.col("line")), fields)


def whole_row(parsed: str, columns: Sequence[str], wanted: Sequence[str]) -> Column:
    """The `wanted` fields of a parsed CSV line; null where it has more or fewer fields than the header `columns`.

    Of a repeated column name the first field counts.
    """
    there = [(name, F.col(parsed)[f"_{columns.index(name)}"]) for name in wanted if name in columns]
    fields = F.struct(*(field.alias(name) for name, field in there or [("_none", F.lit(None).cast("string"))]))
    return F.when(F.col(parsed).isNotNull() & F.col(parsed)["_bad"].isNull(), fields)


def parse_json(columns: Sequence[str]) -> Column:
    """`line` as the only element of an array of objects: Spark ignores what follows a bare object."""
    schema = ", ".join(f"{_quoted(name)} string" for name in columns) or "_none string"
    line = F.btrim("line", F.lit(WHITESPACE))
    parsed = F.from_json(F.concat(F.lit("["), line, F.lit("]")), f"array<struct<{schema}>>", JSON)
    return F.when(line.endswith("}") & _is_text(F.col("line")), parsed)


def one_object(parsed: str) -> Column:
    """A parsed JSON line with nested values as JSON text; null where the line is not exactly one object."""
    return F.when(F.size(parsed) == 1, F.get(parsed, F.lit(0)))


def as_text(parsed: str, row: T.StructType) -> Column:
    """A Parquet row with all columns as text: instants with their offset, nested values as JSON.

    Null where a text is not valid UTF-8.
    """
    texts = [_text(F.col(parsed).getField(f.name), f.dataType).alias(f.name) for f in row.fields]
    written = [t for t, f in zip(texts, row.fields, strict=True) if isinstance(f.dataType, T.StringType | T.BinaryType)]
    valid = (F.coalesce(F.is_valid_utf8(text), F.lit(True)) for text in written)
    return F.when(reduce(and_, valid, F.lit(True)), F.struct(*texts))


def as_json(column: str) -> Column:
    """The whole Parquet row as one JSON text, which serves as its raw line."""
    return F.to_json(column, {"ignoreNullFields": "true"})


def _is_text(line: Column) -> Column:
    """Whether a line is valid UTF-8 without NUL."""
    return F.is_valid_utf8(line) & ~F.contains(line, F.lit("\0"))


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
