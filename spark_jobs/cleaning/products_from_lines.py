"""Order lines -> one row for each product code, for shops that keep no catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.cleaning.parsing import MONEY, with_price
from spark_jobs.cleaning.pseudonyms import keyed_hash, normal_id

SEPARATOR = "\ue000"  # between aliases: a sign for private use, which no step on texts takes away
FACTS = ("title", *MONEY, "description", "categories", "brand", "attributes", "available")
MOST_RAW = 50  # titles that are looked at; some of them may turn out to be the same
WHERE = ("delivery", "file", "delivered")


def typed_lines(rows: DataFrame, key: bytes) -> DataFrame:
    """Distinct facts of each product by delivery, with `lines`, how many order lines state them, and the first
    position.

    Lines without a code, or that cannot be read, appear in the account of events only.
    """
    coded = reduce(with_price, MONEY, rows.withColumn("product_id", normal_id(F.col("product_id"))))
    priced = coded.withColumns({money: F.when(F.col(money) > 0, F.col(money)) for money in MONEY})
    said = priced.groupBy(*WHERE, "product_id", *FACTS).agg(
        F.count("*").alias("lines"), F.min(F.struct("block", "line")).alias("first")
    )
    # On the aggregate and not on the key: Spark would push the latter down and parse each line twice.
    named = said.where(F.col("product_id").isNotNull())
    return named.select(
        *WHERE,
        "first.*",
        keyed_hash(key, F.col("product_id")).alias("row_hash"),
        F.length("product_id").alias("length"),
        F.lit(True).alias("readable"),
        "product_id",
        *FACTS,
        "lines",
        F.lit(None).cast("string").alias("reason"),
        F.lit(None).cast("date").alias("day"),
        F.lit(False).alias("on_arrival"),
    )


def codes_by_delivery(said: DataFrame) -> dict[str, int]:
    """The number of product codes that each delivery is the first to state, by the key of the delivery."""
    first = F.min(F.struct("delivered", "file", "delivery"))["delivery"].alias("delivery")
    counts = said.groupBy("product_id").agg(first).groupBy("delivery").count()
    return {row["delivery"]: row["count"] for row in counts.collect()}


def products_of_lines(said: DataFrame, facts: Sequence[str]) -> DataFrame:
    """Rows like those of a catalogue: for each of `facts` the most frequent value (of equals the first, or the lowest).

    The position of a code is its first one. `aliases` are its other titles by frequency, in one text.
    """
    first = F.min(F.struct("delivered", "file", "delivery", "block", "line", "row_hash", "length", "readable"))
    products = said.groupBy("product_id").agg(first.alias("first")).select("first.*", "product_id")
    for fact in FACTS:
        if fact not in facts:
            products = products.withColumn(fact, F.lit(None).cast("string"))
            continue
        counted = said.where(F.col(fact).isNotNull()).groupBy("product_id", fact).agg(F.sum("lines").alias("n"))
        usual = counted.groupBy("product_id").agg(F.min(F.struct((-F.col("n")).alias("n"), fact))[fact].alias(fact))
        products = products.join(usual, "product_id", "left")
    texts = {money: F.col(money).cast("string") for money in MONEY}
    return products.join(other_titles(said), "product_id", "left").withColumns(texts)


def other_titles(said: DataFrame) -> DataFrame:
    """`product_id` and `aliases`: all titles but the most frequent one, as one text, by count and then by the title."""
    titles = said.where("title is not null").groupBy("product_id", "title").agg(F.sum("lines").alias("n"))
    listed = F.sort_array(F.collect_list(F.struct((-F.col("n")).alias("n"), "title")))["title"]
    ranked = titles.groupBy("product_id").agg(listed.alias("titles"))
    return ranked.select("product_id", F.array_join(F.slice("titles", 2, MOST_RAW), SEPARATOR).alias("aliases"))
