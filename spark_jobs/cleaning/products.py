"""Raw catalogue rows -> typed products with a verdict each."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from pipelines.sources.product_history import CHANGING
from spark_jobs.cleaning.common_rules import MISSING_PRODUCT, NOT_A_PRODUCT, bad_id
from spark_jobs.cleaning.parsing import MONEY, filled, with_price
from spark_jobs.cleaning.personal_data import mask_personal_data
from spark_jobs.cleaning.products_from_lines import SEPARATOR
from spark_jobs.cleaning.pseudonyms import normal_id
from spark_jobs.cleaning.read_sources import PLACE_COLUMNS
from spark_jobs.cleaning.rules import CLEAN, SUPERSEDED, Rule, arrival, refuse, settle, with_reason, with_verdict
from spark_jobs.cleaning.text import with_plain_text

NOT_AVAILABLE = (
    "false",
    "0",
    "0.0",
    "no",
    "n",
    "out of stock",
    "outofstock",
    "out_of_stock",
    "sold out",
    "discontinued",
)
RULES = (
    MISSING_PRODUCT,
    bad_id("product_id"),
    Rule(
        "bad_number",
        "price or cost holds no number, or one below zero or above the limit",
        "has_price and coalesce(not price between 0 and :setting, true) "
        "or has_cost and coalesce(not cost between 0 and :setting, true)",
        "max_price",
    ),
    Rule("missing_title", "there is no title", "title is null"),
    NOT_A_PRODUCT,
)
DUPLICATE_CODE = Rule("duplicate_code", "an earlier row of the same delivery has this code", "codes_before > 0")


def judge_products(typed: DataFrame, cleaning: Cleaning) -> DataFrame:
    """The typed rows of a whole catalogue with their verdict, the columns of a clean product, and their position.

    Of the rows with one code those of the newest delivery count; older ones are superseded. Of one delivery the row
    that arrived first counts.
    """
    judged = with_verdict(typed, "delivered")
    undecided = F.col("verdict").isNull()
    newest = F.max("delivered").over(Window.partitionBy("product_id", undecided))
    in_order = Window.partitionBy("product_id", undecided, "delivered").orderBy(arrival())
    ranked = judged.withColumns({"newest": newest, "codes_before": F.row_number().over(in_order) - 1})
    older = F.when(undecided & ~F.col("delivered").eqNullSafe(F.col("newest")), F.lit(SUPERSEDED))
    superseded = ranked.withColumn("verdict", F.coalesce("verdict", older)).drop("newest")
    return settle(refuse(superseded, (DUPLICATE_CODE,), cleaning))


def value_changes(judged: DataFrame) -> DataFrame:
    """`product_id`, and for each of `CHANGING` what the deliveries said, in their order: a list of `since`, `value`."""
    told = judged.where(F.col("verdict").isin(CLEAN, SUPERSEDED))
    said = {n: F.struct(F.col("delivered").alias("since"), F.col(c).alias("value")) for c, n in CHANGING.items()}
    return told.groupBy("product_id").agg(*(F.sort_array(F.collect_list(one)).alias(n) for n, one in said.items()))


def typed_products(rows: DataFrame, cleaning: Cleaning) -> DataFrame:
    """Plain text without personal data, lists parsed, other columns typed, and the reason to refuse a row."""
    known = F.col("aliases") if "aliases" in rows.columns else F.lit(None).cast("string")  # of order lines alone
    typed = rows.select(
        *PLACE_COLUMNS,
        known.alias("aliases"),
        "title",
        "brand",
        "price",
        "cost",
        normal_id(F.col("product_id")).alias("product_id"),
        joined(F.col("description")).alias("description"),
        category_path(F.col("categories")).alias("categories"),
        *(F.col(money).isNotNull().alias(f"has_{money}") for money in MONEY),
        F.from_json("attributes", "map<string,string>").alias("attributes"),
        is_available(F.col("available")).alias("available"),
    )
    plain = reduce(with_price, MONEY, with_plain_text(typed, "title", "description", "brand", "aliases"))
    masked = mask_personal_data(plain, "title", "description", "aliases")
    told = (F.coalesce(name, F.lit("")) for name in ("brand", "description"))
    text = F.concat_ws("\n", "title", *told, F.array_join("categories", " > "))
    split = F.split(F.coalesce("aliases", F.lit("")), SEPARATOR)
    hashed = masked.withColumns(
        {"text_hash": F.sha2(text, 256), "day": F.lit(None).cast("date"), "aliases": F.transform(split, filled)}
    )
    reasoned = with_reason(hashed, RULES, cleaning).withColumn("on_arrival", F.lit(False))
    return reasoned.drop("readable", *(f"has_{money}" for money in MONEY))


def with_aliases(clean: DataFrame, judged: DataFrame, most: int) -> DataFrame:
    """`clean` products with at most `most` `aliases`: their own, then titles of rows refused for the same code."""
    others = judged.where(F.col("verdict") == DUPLICATE_CODE.reason).groupBy("product_id", "title").count()
    listed = F.sort_array(F.collect_list(F.struct((-F.col("count")).alias("n"), "title")))["title"]
    named = others.groupBy("product_id").agg(listed.alias("others"))
    both = F.concat("aliases", F.coalesce("others", F.array().cast("array<string>")))
    fit = F.filter(F.array_distinct(both), lambda alias: alias != F.col("title"))
    return clean.join(named, "product_id", "left").withColumn("aliases", F.slice(fit, 1, most)).drop("others")


def joined(text: Column) -> Column:
    """A JSON list of texts as one text; any other text unchanged."""
    parts = F.from_json(text, "array<string>")
    return F.when(text.startswith("["), F.coalesce(F.array_join(parts, " "), text)).otherwise(text)


def category_path(text: Column) -> Column:
    """Distinct category names, widest first, from `A > B`, `A|B`, a JSON list, or the longest of a list of lists."""
    paths = F.from_json(text, "array<array<string>>")
    deepest = F.reduce(
        paths,
        F.array().cast("array<string>"),
        lambda best, path: F.when(F.size(path) > F.size(best), path).otherwise(best),
    )
    listed = F.coalesce(deepest, F.from_json(text, "array<string>"))
    names = F.when(text.startswith("["), listed).otherwise(F.split(text, r"[>|]"))
    plain = F.transform(names, plain_text_of_name)
    return F.coalesce(F.array_distinct(F.filter(plain, lambda name: name.isNotNull())), F.array().cast("array<string>"))


def plain_text_of_name(name: Column) -> Column:
    """A category name without the most frequent HTML entities and without surrounding blanks."""
    amp = F.replace(F.replace(name, F.lit("&amp;"), F.lit("&")), F.lit("&#39;"), F.lit("'"))
    return filled(F.regexp_replace(amp, r"\s+", " "))


def is_available(text: Column) -> Column:
    """Whether the product can be bought; true where the shop does not say or uses an unknown word."""
    return ~F.coalesce(F.lower(text).isin(*NOT_AVAILABLE), F.lit(False))
