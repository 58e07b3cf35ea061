"""Every format gives the same rows; what cannot be read is said to be so."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from pipelines.errors import SettingsError, SourceError
from pipelines.night.day_versions import delivery_key
from spark_jobs.clean import clean
from spark_jobs.cleaning.failures import failures_explained
from spark_jobs.cleaning.landing import delivered_source
from spark_jobs.cleaning.read_sources import read_source
from spark_jobs.cleaning.rules import arrival

from ..conftest import KEY

pytestmark = pytest.mark.slow

SETTINGS = """
[sources.events]
path = "{source}/in/*"
columns = { product_id = "code" }
[sources.products]
path = "{source}/in/*"
columns = { product_id = "code", title = "code" }
"""
CSV = 'user_id,code,event_type,ts,price\n1,"a,""x""",view,2025-03-10 10:00:00,1.5\n2,b,click,2025-03-10 11:00:00,\n'
SWAPPED = 'ts,price,code,event_type,user_id\n2025-03-10 10:00:00,1.5,"a,""x""",view,1\n2025-03-10 11:00:00,,b,click,2\n'
JSON = (
    '{"user_id": 1, "code": "a,\\"x\\"", "event_type": "view", "ts": "2025-03-10 10:00:00", "price": 1.5}\n\n'
    '{"user_id": 2.0, "code": "b", "event_type": "click", "ts": "2025-03-10 11:00:00", "price": null, "m": {"x": 1}}\n'
)
WHEN = [datetime(2025, 3, 10, 10), datetime(2025, 3, 10, 11)]
FRAME = pd.DataFrame(
    {"user_id": [1.0, 2.0], "code": ['a,"x"', "b"], "event_type": ["view", "click"], "ts": WHEN, "price": [1.5, None]}
)
FILES = {
    "e.csv": CSV.encode(),
    "e.tsv": CSV.replace(",view,", "\tview\t")
    .replace('"a,""x"""', "'a'")
    .replace(",", "\t")
    .replace("'a'", '"a,""x"""')
    .encode(),
    "swapped.csv": SWAPPED.encode(),
    "bom.csv": b"\xef\xbb\xbf" + CSV.encode(),
    "crlf.csv": CSV.replace("\n", "\r\n").encode(),
    "blank lines.csv": ("\n  \n" + CSV.replace("\n", "\n\n")).encode(),
    "old mac.csv": CSV.replace("\n", "\r").encode(),
    "utf-16.csv": CSV.encode("utf-16"),
    "utf-16.csv.gz": gzip.compress(b"\xfe\xff" + CSV.encode("utf-16-be")),
    "_hidden.csv": CSV.encode(),
    "parts.csv.gz": gzip.compress(CSV[:50].encode()) + gzip.compress(CSV[50:].encode()),
    "no last end.csv": CSV.rstrip("\n").encode(),
    "index.csv": "\n".join(f"{n},{line}" if n else f",{line}" for n, line in enumerate(CSV.split("\n")[:-1])).encode(),
    "utf-32.jsonl": JSON.encode("utf-32"),
    "marked.jsonl": b"\xef\xbb\xbf" + JSON.encode(),
    "e.jsonl": JSON.encode(),
    "e.csv.gz": gzip.compress(CSV.encode()),
    "e.jsonl.gz": gzip.compress(JSON.encode()),
    "e.csv.zst": zstandard.compress(CSV.encode()),
    "odd name [1] é.json.zst": zstandard.compress(JSON.encode()),
}


def found_in(spark, night, name="events"):
    """The rows of all files in the order of their arrival, and how many there are."""
    deliveries = {f"{number:03d}": file for number, file in enumerate(night.files[name])}
    rows, counts = read_source(spark, replace(delivered_source(night, name), files=deliveries), KEY)
    return rows.orderBy(arrival()).collect(), sum(counts.values())


def read(spark, night):
    return found_in(spark, night)[0]


@pytest.fixture
def deliver(tmp_path):
    """Put files into the shop's folder."""

    def put(**files: bytes):
        (tmp_path / "in").mkdir()
        for name, content in files.items():
            (tmp_path / "in" / name).write_bytes(content)

    return put


def test_every_format_gives_the_same_rows(spark, shop, deliver, tmp_path):
    deliver(**FILES)
    FRAME.to_parquet(tmp_path / "in" / "nanoseconds.parquet")
    FRAME.astype({"ts": "datetime64[us]"}).to_parquet(tmp_path / "in" / "plain.parquet")
    rows, count = found_in(spark, shop(SETTINGS))
    by_file: dict[str, list] = {}
    for row in rows:
        by_file.setdefault(row["file"], []).append(row)
    assert set(by_file) == {*FILES, "nanoseconds.parquet", "plain.parquet"}
    for name, rows in by_file.items():
        assert [r["product_id"] for r in rows] == ['a,"x"', "b"], name
        assert [r["user_id"].removesuffix(".0") for r in rows] == ["1", "2"], name
        assert [r["price"] for r in rows] == ["1.5", None], name
        assert [r["ts"] for r in rows] == ["2025-03-10 10:00:00", "2025-03-10 11:00:00"], name
        assert all(r["readable"] and r["dwell_s"] is None for r in rows), name
    assert count == 2 * len(by_file)
    same = {by_file[name][0]["row_hash"] for name in ("e.csv", "bom.csv", "crlf.csv", "e.csv.gz", "e.csv.zst")}
    assert len(same) == 1, "a line has one hash, whatever holds it"


def test_broken_lines_are_rows_that_cannot_be_read(spark, shop, deliver):
    lines = [
        '{"code": "a", "event_type": "view", "ts": "x"}',
        '{"code": "a"',
        '{"code": "a"} trailing',
        '{"code": "a"}{"code": "b"}',
        '{"code": "a"},{"code": "b"}',
        '[{"code": "a"}]',
        '"text"',
        "3",
        "null",
        '{"code": "\x00"}',
        "<html>",
        '{"code": "a"}]',
        "{}",
    ]
    rows = ["code,event_type,ts", "a,view,x", "a,view", "a,view,x,y", "a,vi\x00ew,x", '"a,view,x', 'a,view,"x', ",,"]
    deliver(**{"a.jsonl": "\n".join(lines).encode(), "b.csv": "\n".join(rows).encode()})
    found = read(spark, shop(SETTINGS))
    assert [r["readable"] for r in found] == [True, *[False] * 11, True, True, *[False] * 5, True]
    assert all(r["product_id"] is None for r in found if not r["readable"])
    assert [r["length"] for r in found] == [len(line) for line in (*lines, *rows[1:])]


def test_rows_arrive_by_day_of_delivery_then_by_line(spark, shop, deliver):
    first, second = "code,event_type,ts\nx1,view,t\nx2,view,t\n", "ts,code,event_type\nt,y1,view\n"
    deliver(
        **{
            "undated.csv": first.encode(),
            "2025-03-09.csv": second.encode(),
            "2025-03-08.csv.gz": gzip.compress(first.encode()),
            "2025-03-11.csv": first.encode(),
        }
    )
    rows = read(spark, shop(SETTINGS))
    assert [(r["file"], r["product_id"]) for r in rows] == [
        ("undated.csv", "x1"),
        ("undated.csv", "x2"),
        ("2025-03-08.csv.gz", "x1"),
        ("2025-03-08.csv.gz", "x2"),
        ("2025-03-09.csv", "y1"),
    ]
    assert [r["line"] for r in rows] == [2, 3, 2, 3, 2], "the header is the first line"
    assert [r["delivered"] for r in rows] == [None, None, date(2025, 3, 8), date(2025, 3, 8), date(2025, 3, 9)]


def test_other_encodings_and_repeated_columns(spark, shop, deliver):
    deliver(**{"a.csv": "code,event_type,ts,code\nmöbel,view,t,other\n".encode("cp1252")})
    rows = read(
        spark,
        shop(
            SETTINGS.replace(
                'columns = { product_id = "code" }', 'encoding = "cp1252"\ncolumns = { product_id = "code" }', 1
            )
        ),
    )
    assert [r["product_id"] for r in rows] == ["möbel"]


SWISS = "code,event_type,ts\nZürich,view,t\nBern,view,t\n"
CP1252 = SETTINGS.replace("columns =", 'encoding = "cp1252"\ncolumns =', 1)


def test_a_line_of_another_encoding_is_not_read_as_another_text(spark, shop, deliver):
    deliver(**{"a.csv": SWISS.encode("latin-1"), "b.jsonl": '{"code": "Zürich"}\n{"code": "Bern"}\n'.encode("cp1252")})
    assert [r["product_id"] for r in read(spark, shop(SETTINGS))] == [None, "Bern", None, "Bern"]


def test_a_file_of_utf8_is_read_as_such_where_another_encoding_is_set(spark, shop, deliver):
    deliver(
        **{
            "a.csv": SWISS.encode("cp1252"),
            "b.csv": SWISS.encode(),
            "c.csv": SWISS.encode("utf-16"),
            "d.csv": SWISS.encode("cp1252").replace(b"Bern", b"\x81"),
        }
    )
    found = [r["product_id"] for r in read(spark, shop(CP1252))]
    assert found == ["Zürich", "Bern"] * 3 + ["Zürich", None], "0x81 is nothing in cp1252"


def test_a_parquet_text_that_is_none_cannot_be_read(spark, shop, deliver, tmp_path):
    deliver()
    codes = pa.array([b"a", b"\xff"], pa.binary()).view(pa.string())
    same = pa.array(["x", "x"])
    pq.write_table(pa.table({"code": codes, "event_type": same, "ts": same}), tmp_path / "in" / "a.parquet")
    assert [r["product_id"] for r in read(spark, shop(SETTINGS))] == ["a", None]


ODD = {
    "time.parquet": {"v": pa.array([1], pa.time64("us"))},
    "half.parquet": {"v": pa.array([1.5], pa.float32()).cast(pa.float16())},
    "case.parquet": {"Code": pa.array(["x"])},
}


@pytest.mark.parametrize("name", ODD)
def test_a_parquet_column_that_spark_cannot_read_is_named(spark, shop, deliver, tmp_path, name):
    deliver()
    same = pa.array(["x"])
    pq.write_table(pa.table({"code": same, "event_type": same, "ts": same} | ODD[name]), tmp_path / "in" / name)
    with pytest.raises(SourceError, match=f"{name} has a column that Spark cannot read"):
        read(spark, shop(SETTINGS))


def test_columns_may_come_go_and_change_their_order(spark, shop, deliver):
    deliver(
        **{
            "2025-03-07.csv": b"code,event_type,ts,price\na,view,t,1\n",
            "2025-03-08.csv": b"ts,code,event_type\nt,b,view\n",
            "2025-03-09.jsonl": b'{"ts": "t", "event_type": "view", "user_id": 7, "code": "c", "new": [1]}\n',
            "2025-03-10.csv": b"new,event_type,price,code,ts\nx,view,4,d,t\n",
        }
    )
    rows = read(spark, shop(SETTINGS))
    found = [(r["product_id"], r["price"], r["user_id"]) for r in rows]
    assert found == [("a", "1", None), ("b", None, None), ("c", None, "7"), ("d", "4", None)]


def test_names_that_differ_in_case_are_two_columns_of_a_file(spark, shop, deliver):
    deliver(
        **{
            "a.csv": b"Code,code,event_type,ts,_bad\nx,a,view,t,1\n",
            "b.jsonl": b'{"Code": "x", "code": "b", "event_type": "view", "ts": "t"}\n',
        }
    )
    assert [r["product_id"] for r in read(spark, shop(SETTINGS))] == ["a", "b"]
    other = SETTINGS.replace('product_id = "code"', 'product_id = "Code", session_id = "code"', 1)
    assert [r["product_id"] for r in read(spark, shop(other))] == ["x", "x"]


def test_files_of_one_name_and_content_are_two_files(spark, shop, deliver, tmp_path):
    deliver(**{"a.csv": CSV.encode()})
    for folder in ("one", "two"):
        (tmp_path / "in" / folder).mkdir()
        (tmp_path / "in" / folder / "a.csv").write_bytes(CSV.encode())
    rows, count = found_in(spark, shop(SETTINGS.replace("in/*", "in/**/*.csv")))
    assert (len(rows), count) == (6, 6)
    night = shop(SETTINGS.replace("in/*", "in/**/*.csv"))
    assert len({delivery_key(night, "events", file) for file in night.files["events"]}) == 3


def test_empty_files_have_no_rows(spark, shop, deliver):
    deliver(**{"a.csv": b"", "b.csv": b"code,event_type,ts\n", "c.jsonl": b"\n", "d.csv.gz": gzip.compress(b"")})
    assert found_in(spark, shop(SETTINGS)) == ([], 0)


def test_columns_are_derived_from_the_shops(spark, shop, deliver):
    deliver(**{"a.csv": b"code,kind,when,user\na,C1,t,7\nb,1\n"})
    derive = (
        "derive = { event_type = \"if(kind like 'C%', 'return', 'purchase')\", ts = 'upper(when)', user_id = 'user' }"
    )
    rows = read(spark, shop(SETTINGS.replace("[sources.products]", f"{derive}\n[sources.products]")))
    assert [(r["event_type"], r["ts"], r["user_id"]) for r in rows] == [("return", "T", "7"), (None, None, None)]


def test_a_derivation_over_unknown_columns_names_the_known(spark, shop, deliver):
    deliver(**{"a.csv": b"code,kind,ts\na,b,t\n"})
    night = shop(SETTINGS.replace("[sources.products]", "derive = { event_type = 'knd' }\n[sources.products]"))
    with pytest.raises(SettingsError, match=r"\[sources.events.derive\].*code, kind, ts.*knd"):
        read(spark, night)


def test_a_derivation_that_calls_java_is_refused_before_it_runs(spark, shop, deliver):
    deliver(**{"a.csv": b"code,kind,ts\na,b,t\n"})
    derive = """derive = { event_type = "lower(`reflect`('java.lang.System', 'getProperty', 'user.home'))" }"""
    night = shop(SETTINGS.replace("[sources.products]", f"{derive}\n[sources.products]"))
    with pytest.raises(SettingsError, match=r"\[sources.events.derive\] event_type.* the function reflect"):
        read(spark, night)


def test_a_file_that_broke_since_is_named(spark, shop, deliver, tmp_path):
    lines = "code,event_type,ts\n" + "".join(f"a{i},view,t{i * i}\n" for i in range(20_000))
    deliver(**{"a.csv.gz": gzip.compress(lines.encode())})
    night = shop(SETTINGS)
    (tmp_path / "in" / "a.csv.gz").write_bytes(gzip.compress(lines.encode())[:30_000])
    with (
        pytest.raises(SourceError, match=r"a.csv.gz cannot be read to its end. Deliver it again"),
        failures_explained(),
    ):
        read(spark, night)


@pytest.mark.parametrize(
    ("settings", "names"), [("time_format = 'QQQ foo'", "QQQ foo"), ("[cleaning]\nnot_products = '('", r"'\('|\(")]
)
def test_a_pattern_that_spark_cannot_read_is_an_error_of_the_settings(spark, shop, deliver, settings, names):
    deliver(**{"a.csv": CSV.encode()})
    night = shop(SETTINGS.replace("[sources.products]", f"{settings}\n[sources.products]"))
    with pytest.raises(SettingsError, match=f"cannot be read: .*({names})"), failures_explained():
        clean(spark, night)
