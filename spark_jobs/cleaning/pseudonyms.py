"""Keyed hashes in SQL, equal to those of `pipelines.night.user_key`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from pipelines.night.user_key import LENGTH, pads

SCIENTIFIC = r"^[0-9]\.[0-9]{1,16}E(?:[7-9]|1[0-9])$"


def normal_id(text: Column) -> Column:
    """The normal form of an id (`user_key.normal_id`): `17850.0` becomes `17850`.

    `1.785E7` becomes 17850000: Spark writes a JSON number of eight digits with a decimal point that way.
    """
    written_out = F.regexp_replace(text.try_cast("decimal(38,6)").cast("string"), r"\.0+$", "")
    return (
        F.when(text.contains("E") & text.rlike(SCIENTIFIC), F.coalesce(written_out, text))
        .when(text.contains(".0"), F.regexp_replace(text, r"^(\p{Nd}+)\.0+$", "$1"))
        .otherwise(text)
    )


def pseudonym(key: bytes, text: Column) -> Column:
    """`user_key.pseudonym` of a filled id; null where there is none."""
    return keyed_hash(key, normal_id(text))


def keyed_hash(key: bytes, text: Column) -> Column:
    """HMAC-SHA-256 of `text` as 32 hex digits (RFC 2104), in SQL: Spark has no HMAC, and Python for each row would be
    slow.
    """
    inner, outer = (F.lit(bytearray(pad)) for pad in pads(key))
    first = F.unhex(F.sha2(F.concat(inner, text.cast("binary")), 256))
    return F.substring(F.sha2(F.concat(outer, first), 256), 1, LENGTH)
