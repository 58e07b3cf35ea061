"""Order lines -> one row for each product code, for shops that keep no catalogue."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.cleaning.parsing import with_price
from spark_jobs.cleaning.pseudonyms import keyed_hash, normal_id


def products_of_lines(lines: DataFrame, key: bytes) -> DataFrame:
    """Rows like those of a catalogue: each code's most frequent title (of equals the first by letter), and price.

    The price is the most frequent positive one (of equals the lower). A code stands where it arrived first. Lines
    without a code, or that cannot be read, are for the account of events.
    """
    coded = with_price(lines.withColumn("product_id", normal_id(F.col("product_id"))), "price")
    usual = coded.groupBy(F.col("product_id").alias("code")).agg(
        F.min(F.struct("arrival", "file", "delivered")).alias("first"),
        F.max("product_id").alias("product_id"),
        F.mode("title", True).alias("title"),
        F.mode(F.when(F.col("price") > 0, F.col("price")), True).cast("string").alias("price"),
        *(F.mode(c, True).alias(c) for c in ("description", "categories", "brand", "attributes", "available")),
    )
    # On the aggregate and not on the key: Spark would push the latter down and parse each line twice.
    named = usual.where(F.col("product_id").isNotNull())
    return named.select(
        "first.*",
        keyed_hash(key, F.col("product_id")).alias("row_hash"),
        F.length("product_id").alias("length"),
        F.lit(True).alias("readable"),
        *(c for c in usual.columns if c not in ("code", "first")),
    )
