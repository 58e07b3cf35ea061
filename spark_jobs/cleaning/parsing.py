"""Texts -> numbers, prices and timestamps; null for what cannot be parsed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# What Python's str.strip takes away, so that ids have one normal form in SQL and in Python.
WHITESPACE = "".join(chr(c) for c in range(0x3001) if chr(c).isspace())
NUMBER = r"^[+-]?([0-9]{1,30}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$"
MONEY = ("price", "cost")  # columns of products that hold an amount
DIGITS = "[0-9](?:[0-9.,'’\u00a0\u202f ]*[0-9])?"
WHOLE = r"^[+-]?[0-9]{1,9}(\.0*)?$"
DECIMAL_COMMA = r"^[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+),[0-9]{1,2}$"
THOUSANDS_POINT = r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+$"
THOUSANDS_COMMA = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
PRICE = rf"^[^0-9+-]{{0,12}}([+-]?{DIGITS})[^0-9]{{0,12}}(?:-[^0-9]{{0,12}}{DIGITS}[^0-9]{{0,12}})?$"
ISO = r"^\d{4}-\d\d-\d\d([T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?( ?(Z|UTC|[+-]\d\d(:?\d\d)?))?)?$"
ISO_OFFSET = r":.*(Z|UTC|[+-]\d\d(:?\d\d)?)$"
LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
POSSIBLE = (datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC))  # in all zones a day that Python knows
# For years that a count of microseconds does not hold, Spark does not give null but fails: none may be that long.
LONE_YEAR = r"(?<![yu])[yu](?![yu])(?=(?:[^']*'[^']*')*[^']*$)"
LONG_YEAR = r"(^|[^0-9])[+-][0-9]{5,}"


def filled(text: Column) -> Column:
    """`text` without surrounding blanks; null where nothing remains."""
    return F.nullif(F.btrim(text, F.lit(WHITESPACE)), F.lit(""))


def number(text: Column) -> Column:
    """A double."""
    return F.when(text.rlike(NUMBER), text.try_cast("double"))


def whole(text: Column) -> Column:
    """A double without a fraction, of at most nine digits, so that it fits an int."""
    return F.when(text.rlike(WHOLE), text.try_cast("double"))


def with_price(rows: DataFrame, column: str) -> DataFrame:
    """`rows` with the text `column` as a double: `12.5`, `€ 12,50`, `$1,299.00`, `1.299,00 EUR`.

    Of a range the lower end counts. A separator followed by one or two digits at the end is the decimal separator;
    others group thousands.
    """
    found = F.regexp_replace(F.regexp_extract(column, PRICE, 1), "['’\u00a0\u202f ]", "")
    text = F.col("_found")
    point = F.replace(text, F.lit(","), F.lit(""))
    digits = (
        F.when(text.rlike(DECIMAL_COMMA), F.translate(text, ",.", "."))
        .when(text.rlike(THOUSANDS_POINT), F.replace(text, F.lit("."), F.lit("")))
        .when(text.rlike(THOUSANDS_COMMA), point)
        .otherwise(text)
    )
    steps = rows.withColumn("_found", found).withColumn("_digits", digits)
    return steps.withColumn(column, F.coalesce(number(F.col(column)), number(F.col("_digits")))).drop(
        "_found", "_digits"
    )


def moment(text: Column, time_formats: Sequence[str], zone: str) -> Column:
    """A timestamp by the first of `formats` that fits.

    A text without an offset is local time in `zone` (the first of the two in the hour that is repeated in autumn).
    """
    return F.coalesce(*(_moment(text, time_format, zone) for time_format in time_formats))


def _moment(text: Column, time_format: str, zone: str) -> Column:
    match time_format:
        case "iso":
            upper = F.upper(text)
            read = F.when(upper.rlike(ISO), upper.try_cast("timestamp"))
            return F.to_utc_timestamp(read, F.when(upper.rlike(ISO_OFFSET), "UTC").otherwise(zone))
        case "unix_s":
            return _since_1970(number(text))
        case "unix_ms":
            return _since_1970(number(text) / 1000)
    four_digits = re.sub(LONE_YEAR, "yyyy", time_format)
    read = F.when(~text.rlike(LONG_YEAR), F.try_to_timestamp(text, F.lit(four_digits)))
    has_offset = re.search("[XxZzVO]", re.sub("'[^']*'", "", time_format))
    return read if has_offset else F.to_utc_timestamp(read, zone)


def local_day(ts: Column, zone: str) -> Column:
    """The day of an instant in `zone`; null outside the years 1 to 9999."""
    return F.when(ts.between(*map(F.lit, POSSIBLE)), F.to_date(F.from_utc_timestamp(ts, zone)))


def _since_1970(seconds: Column) -> Column:
    return F.when(F.abs(seconds) <= LAST_SECOND, F.timestamp_micros(F.round(seconds * 1_000_000).cast("bigint")))
