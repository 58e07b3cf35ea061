"""The exact rules of events alone, in Spark and in DuckDB: what `benchmarks.clean` compares.

Invoice lines in CSV -> typed events with a verdict: fields, times in London time, numbers, keyed hashes of user and
order, exact duplicates, ranges. Both write Parquet (zstd) and give back the same sums.

    spark-submit benchmarks/lib/exact_rules.py spark FOLDER_OF_CSV TO_WRITE
    python benchmarks/lib/exact_rules.py duckdb FOLDER_OF_CSV TO_WRITE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.night.user_key import LENGTH, pads

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KEY = b"0123456789abcdef"
THREADS = 2
ZONE, MOST_PIECES, HIGHEST_PRICE, EARLIEST = "Europe/London", 10_000, 100_000, "1995-01-01"
HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
VERDICTS = f"""
case
    when ts is null or ts < cast('{EARLIEST}' as timestamp) then 'bad_time'
    when quantity is null or price is null then 'bad_number'
    when quantity not between 1 and {MOST_PIECES} then 'absurd_quantity'
    when price not between 0 and {HIGHEST_PRICE} then 'absurd_price'
    else 'clean'
end
"""
SUMS = """
select verdict, count(*) as n, cast(sum(cast(quantity as bigint)) as {text}) as pieces,
    cast(sum(cast(round(price * 1000) as bigint)) as {text}) as price, count(user_id) as known,
    cast(sum({bits}) as {text}) as ids
from {rows} group by verdict order by verdict
"""


def in_spark(files: str, target: str) -> list[list[object]]:
    """By the functions that the step `clean` consists of; returns the sums of each verdict."""
    from pipelines.settings.spark import Spark
    from spark_jobs.engine import session

    with session("exact rules", Spark()) as spark:
        return judge(spark, files, target)


def judge(spark: SparkSession, files: str, target: str) -> list[list[object]]:
    """The same in an existing session."""
    from pyspark.sql import functions as F

    from spark_jobs.cleaning.parsing import moment, number, whole
    from spark_jobs.cleaning.pseudonyms import keyed_hash, normal_id
    from spark_jobs.cleaning.shop_columns import parse_csv, whole_row

    lines = spark.read.text(files).select(F.col("value").alias("line")).where(f"line != '{','.join(HEADER)}'")
    parsed = lines.select(
        keyed_hash(KEY, F.col("line")).alias("event_id"), parse_csv(len(HEADER), ",").alias("_parsed")
    )
    fields = parsed.select("event_id", whole_row("_parsed", HEADER, HEADER).alias("shop")).select("event_id", "shop.*")
    is_return = F.upper("InvoiceNo").startswith("C")
    pieces = whole(F.col("Quantity"))
    typed = fields.select(
        "event_id",
        keyed_hash(KEY, normal_id(F.nullif(F.btrim("CustomerID"), F.lit("")))).alias("user_id"),
        keyed_hash(KEY, normal_id(F.col("InvoiceNo"))).alias("order_id"),
        F.upper("StockCode").alias("product_id"),
        F.when(is_return, "return").otherwise("purchase").alias("event_type"),
        moment(F.col("InvoiceDate"), ["iso"], ZONE).alias("ts"),
        F.when(is_return, F.abs(pieces)).otherwise(pieces).alias("quantity"),
        number(F.col("UnitPrice")).alias("price"),
    )
    judged = typed.dropDuplicates(["event_id"]).withColumn("verdict", F.expr(VERDICTS))
    judged.write.mode("overwrite").option("compression", "zstd").parquet(target)
    spark.read.parquet(target).createOrReplaceTempView("judged")
    bits = "cast(conv(substring(user_id, 1, 8), 16, 10) as bigint)"
    return [list(row) for row in spark.sql(SUMS.format(rows="judged", bits=bits, text="string")).collect()]


def in_duckdb(files: str, target: str) -> list[list[object]]:
    """The same as one DuckDB query; a line is identified by its fields, which DuckDB parses itself."""
    import duckdb

    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in HEADER)
    raw = f"concat_ws('\x1f', {', '.join(HEADER)})"
    user = r"regexp_replace(nullif(trim(CustomerID), ''), '^(\d+)\.0+$', '\1')"
    pieces = r"case when regexp_full_match(Quantity, '[+-]?[0-9]{1,9}(\.0*)?') then try_cast(Quantity as double) end"
    query = f"""
        copy (
            with typed as (
                select {_hmac(raw)} as event_id, {_hmac(user)} as user_id, {_hmac("InvoiceNo")} as order_id,
                    upper(StockCode) as product_id,
                    if(upper(InvoiceNo) like 'C%', 'return', 'purchase') as event_type,
                    timezone('{ZONE}', try_cast(InvoiceDate as timestamp)) at time zone 'UTC' as ts,
                    if(upper(InvoiceNo) like 'C%', abs({pieces}), {pieces}) as quantity,
                    try_cast(UnitPrice as double) as price
                from read_csv('{files}/*.csv', header = true, columns = {{{columns}}}, quote = '"', escape = '"')
            ), once as (
                select event_id, any_value(columns(* exclude event_id)) from typed group by event_id
            )
            select *, {VERDICTS} as verdict from once
        ) to '{target}' (format parquet, compression zstd)
    """
    with duckdb.connect() as engine:
        engine.execute(f"set threads = {THREADS}; set preserve_insertion_order = false; set TimeZone = 'UTC'")
        engine.execute(query)
        bits = "('0x' || substring(user_id, 1, 8))::bigint"
        found = engine.execute(SUMS.format(rows=f"read_parquet('{target}')", bits=bits, text="varchar")).fetchall()
        return [list(row) for row in found]


def _hmac(text: str) -> str:
    """HMAC-SHA-256 of an SQL text, as hexadecimal digits."""
    inner, outer = (f"from_hex('{pad.hex()}')" for pad in pads(KEY))
    return f"substring(sha256({outer} || from_hex(sha256({inner} || encode({text})))), 1, {LENGTH})"


def main() -> None:
    engine, files, target = sys.argv[1:]
    found = {"spark": in_spark, "duckdb": in_duckdb}[engine](files, target)
    Path(f"{target}.json").write_text(json.dumps(found, default=str))


if __name__ == "__main__":
    main()
