"""The two engines of the comparison do the same work: on lines with every kind of dirt they come to the same sums."""

from __future__ import annotations

import json

import pytest

from benchmarks.lib.exact_rules import HEADER, in_duckdb, judge

pytestmark = pytest.mark.slow

GOOD = ("536365", "85123A", "WHITE HANGING HEART", "6", "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom")
CHANGES = (
    {},
    {},  # an exact duplicate
    {"InvoiceNo": "C536366", "Quantity": "-2"},
    {"CustomerID": ""},
    {"Quantity": "0"},
    {"Quantity": "six"},
    {"UnitPrice": "-1"},
    {"UnitPrice": ""},
    {"InvoiceDate": "yesterday"},
    {"InvoiceDate": "2011-07-01 12:00:00", "CustomerID": "17850"},
    {"Description": '"SIGN, ""HOME"""'},
)


def test_spark_and_duckdb_come_to_the_same_sums(spark, tmp_path):
    (tmp_path / "lines").mkdir()
    rows = [dict(zip(HEADER, GOOD, strict=True)) | change for change in CHANGES]
    lines = [",".join(row.values()) for row in rows]
    (tmp_path / "lines" / "day.csv").write_text("\n".join([",".join(HEADER), *lines, ""]))
    ours = judge(spark, str(tmp_path / "lines"), str(tmp_path / "spark"))
    theirs = in_duckdb(str(tmp_path / "lines"), str(tmp_path / "duckdb"))
    plain = [json.loads(json.dumps(found, default=str)) for found in (ours, theirs)]
    assert plain[0] == plain[1]
    assert {row[0]: row[1] for row in ours} == {
        "clean": 5,
        "absurd_quantity": 1,
        "bad_number": 2,
        "absurd_price": 1,
        "bad_time": 1,
    }
