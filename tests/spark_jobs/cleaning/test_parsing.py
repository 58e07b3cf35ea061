"""Numbers, prices, moments and ids, as shops write them."""

from __future__ import annotations

from datetime import datetime

import pytest
from pyspark.sql import functions as F

from pipelines.night import user_key
from spark_jobs.cleaning.parsing import WHITESPACE, filled, local_day, moment, number, whole, with_price
from spark_jobs.cleaning.pseudonyms import keyed_hash, normal_id, pseudonym

PRICES = {
    "12.5": 12.5,
    "12": 12,
    ".5": 0.5,
    "€ 12,50": 12.5,
    "12,50 €": 12.5,
    "12.50 EUR": 12.5,
    "EUR 12.50": 12.5,
    "$1,299.00": 1299,
    "1.299,00 EUR": 1299,
    "1 299,00 €": 1299,
    "1\u00a0299,00 €": 1299,
    "CHF 1'299.00": 1299,
    "1,299": 1299,
    "1.299 €": 1299,
    "1,299,000.50": 1299000.5,
    "12,5": 12.5,
    "£3": 3,
    "$10.00 - $50.00": 10,
    "1.299": 1.299,
    "-3.5": -3.5,
    "abc": None,
    "on request": None,
    "": None,
    "12..5": None,
    ".a-box-inner{background-color:#fff}#buy .selec1": None,
}
MOMENTS = [
    ("iso", "2025-03-10T10:00:00Z", "2025-03-10 10:00:00"),
    ("iso", "2025-03-10T10:00:00.123456+01:00", "2025-03-10 09:00:00.123456"),
    ("iso", "2025-03-10 10:00:00 +0100", "2025-03-10 09:00:00"),
    ("iso", "2025-03-10t10:00:00z", "2025-03-10 10:00:00"),
    ("iso", "2025-03-10 10:00", "2025-03-10 09:00:00"),
    ("iso", "2025-03-10", "2025-03-09 23:00:00"),
    ("iso", "2025-07-10 10:00:00", "2025-07-10 08:00:00"),
    ("iso", "2025-03-30 02:30:00", "2025-03-30 01:30:00"),  # does not exist: the clock is put forward
    ("iso", "2025-10-26 02:30:00", "2025-10-26 00:30:00"),  # comes twice: the first
    ("iso", "2025-10-26T02:30:00+01:00", "2025-10-26 01:30:00"),
    ("iso", "2025-02-30", None),
    ("iso", "10:00:00", None),
    ("iso", "2025", None),
    ("iso", "31/03/25 25:61", None),
    ("unix_s", "1529193600", "2018-06-17 00:00:00"),
    ("unix_s", "1529193600.5", "2018-06-17 00:00:00.500000"),
    ("unix_s", "1.5291936e9", "2018-06-17 00:00:00"),
    ("unix_s", "99999999999999", None),
    ("unix_ms", "1529193600123", "2018-06-17 00:00:00.123000"),
    ("dd/MM/yyyy HH:mm", "10/03/2025 10:00", "2025-03-10 09:00:00"),
    ("dd/MM/yyyy HH:mm", "2025-03-10", None),
    ("dd/MM/yyyy HH:mm", "10/03/+999999999 10:00", None),
    ("d.M.y", "10.3.2025", "2025-03-09 23:00:00"),
    ("d.M.y", "10.3.999999999", None),
    ("yyyyMMdd", "20250310", "2025-03-09 23:00:00"),
    ("dd/MM/yyyy HH:mm XXX", "10/03/2025 10:00 +02:00", "2025-03-10 08:00:00"),
]
IDS = [
    "17850",
    " 17850.0 ",
    "17850.00",
    "a.0",
    "1.05",
    "u\u00a01",
    "\u00a0u1\u2003\n",
    "ünïcode",
    "١٢٣.0",
    "-5.0",
    "0.0",
    "x" * 300,
]


def one(spark, values, make):
    frame = spark.createDataFrame([(v,) for v in values], "v string").coalesce(1)
    return [r[0] for r in frame.select(make(F.col("v"))).collect()]


def test_prices(spark):
    frame = spark.createDataFrame([(text, text) for text in PRICES], "text string, price string")
    assert {r["text"]: r["price"] for r in with_price(frame, "price").collect()} == PRICES


def test_numbers(spark):
    assert (
        one(spark, ["1", "1.5", "-2e3", "1x2", "NaN", "Infinity", "1d", "", "12..5"], number)
        == [1, 1.5, -2000] + [None] * 6
    )
    assert one(spark, ["1", "-3.0", "1.5", "1234567890123", "three"], whole) == [1, -3, None, None, None]


@pytest.mark.parametrize("time_format", sorted({m[0] for m in MOMENTS}))
def test_moments(spark, time_format):
    texts = [m[1] for m in MOMENTS if m[0] == time_format]
    found = one(spark, texts, lambda c: moment(c, [time_format], "Europe/Berlin").cast("string"))
    wanted = [m[2] for m in MOMENTS if m[0] == time_format]
    assert [f and datetime.fromisoformat(f) for f in found] == [w and datetime.fromisoformat(w) for w in wanted]


MIXED = {
    "2025-03-10 10:00": "2025-03-10 09:00:00",
    "2025-03-10T10:00:00-05:00": "2025-03-10 15:00:00",
    "2025-03-10T10:00:00+0530": "2025-03-10 04:30:00",
    "2025-03-10T10:00:00Z": "2025-03-10 10:00:00",
    "1741600800": "2025-03-10 10:00:00",
    "1741600800123": "2025-03-10 10:00:00.123",
    "03/04/2025 10:00": "2025-04-03 08:00:00",
    "03/14/2025 10:00": "2025-03-14 09:00:00",
    "10. März": None,
    "20250310": "1970-08-23 09:05:10",
}


def test_of_several_formats_the_first_that_fits_wins(spark):
    formats = ["iso", "unix_s", "unix_ms", "dd/MM/yyyy HH:mm", "MM/dd/yyyy HH:mm"]
    found = one(spark, list(MIXED), lambda c: moment(c, formats, "Europe/Berlin").cast("string"))
    assert dict(zip(MIXED, found, strict=True)) == MIXED


def test_days_end_by_the_clock_of_the_shop(spark):
    texts = ["2025-03-29T23:30:00Z", "2025-03-30T21:59:59Z", "2025-03-30T22:00:00Z"]
    days = one(spark, texts, lambda c: local_day(moment(c, ["iso"], "UTC"), "Europe/Berlin").cast("string"))
    assert days == ["2025-03-30", "2025-03-30", "2025-03-31"]


def test_days_are_those_that_python_knows(spark):
    texts = ["-62135596800", "-62135251200", "253402041599", "253402300799"]
    days = one(spark, texts, lambda c: local_day(moment(c, ["unix_s"], "UTC"), "Pacific/Auckland").cast("string"))
    assert days == [None, "0001-01-05", "9999-12-29", None]


def test_pseudonyms_are_those_of_python(spark):
    for key in (b"k", b"0123456789abcdef" * 2, b"long" * 40):
        assert one(spark, IDS, lambda c, key=key: pseudonym(key, filled(c))) == [
            user_key.pseudonym(key, i) for i in IDS
        ]
    assert one(spark, [None, "  "], lambda c: pseudonym(b"k", filled(c))) == [None, None]


def test_a_json_number_is_written_out(spark):
    assert one(spark, ["1.2345678E7", "1.0E8", "1.5E3", "1.23456789012E7"], normal_id) == [
        "12345678",
        "100000000",
        "1.5E3",
        "12345678.901200",
    ]


def test_blanks_are_those_of_python(spark):
    assert one(spark, [f"{blank}x{blank}" for blank in WHITESPACE], filled) == ["x"] * len(WHITESPACE)


def test_the_key_is_not_shown_in_plans(spark, capsys):
    spark.createDataFrame([("a",)], "v string").select(
        keyed_hash(b"secret-key-of-the-shop-0123456789", F.col("v"))
    ).explain(True)
    shown = capsys.readouterr().out
    assert "redacted" in shown
    assert "0x" not in shown
