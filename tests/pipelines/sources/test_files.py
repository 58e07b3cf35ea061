"""Finding and reading the shop's files: what is there, what is broken, which column is which."""

import gzip
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from pipelines.errors import SourceError
from pipelines.settings.sources import Source
from pipelines.sources.columns import map_columns
from pipelines.sources.ledger import files_of, scan_sources

LINE = b'{"product_id": "p", "event_type": "view", "ts": "2025-01-01"}\n'


def find(home, path, day=date(2025, 1, 31), **settings):
    return files_of(scan_sources(home, "events", Source(path=path, **settings), day, {}), day)


def test_each_format_tells_its_columns(tmp_path):
    (tmp_path / "a.csv").write_text("\ufeffa, b\n1,2\n", encoding="utf-8")
    (tmp_path / "b.tsv").write_text("a\tb\n")
    (tmp_path / "c.jsonl").write_bytes(b'{"a": 1}\nbroken\n{"b": 2}\n')
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(b'{"a": 1, "b": 2}\n'))
    (tmp_path / "e.jsonl.zst").write_bytes(zstandard.compress(b'{"a": 1, "b": 2}\n'))
    pq.write_table(pa.table({"a": [1], "b": [2]}), tmp_path / "f.parquet")
    files = find(tmp_path, "*")
    assert [f.format for f in files] == ["csv", "tsv", "jsonl", "jsonl", "jsonl", "parquet"]
    assert all(f.columns == ("a", "b") for f in files), [f.columns for f in files]


def test_files_of_later_days_are_left_for_later_nights(tmp_path):
    for day in ("2025-01-30", "2025-01-31", "2025-02-01"):
        (tmp_path / f"events-{day}.jsonl").write_bytes(LINE)
    files = find(tmp_path, "*.jsonl")
    assert [f.delivered for f in files] == [date(2025, 1, 30), date(2025, 1, 31)]


def test_the_hash_follows_the_content(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(LINE)
    before = find(tmp_path, "a.jsonl")[0].sha256
    (tmp_path / "a.jsonl").write_bytes(LINE * 2)
    assert find(tmp_path, "a.jsonl")[0].sha256 != before


def test_a_path_without_files_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"\[sources.events\] path = 'nowhere/\*.csv'"):
        find(tmp_path, "nowhere/*.csv")


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_a_truncated_file_is_named(tmp_path, name):
    pack = gzip.compress if name.endswith("gz") else zstandard.compress
    whole = pack(bytes(range(256)) * 5000)
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=name) as broken:
        find(tmp_path, name)
    assert "Deliver it again" in str(broken.value)


def test_a_file_that_is_no_gzip_is_named(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(LINE)
    with pytest.raises(SourceError, match="not a whole gz file"):
        find(tmp_path, "*.gz")


def test_an_unknown_ending_says_which_are_known(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(SourceError, match=r"known: \.csv"):
        find(tmp_path, "*.xlsx")


def test_an_empty_file_is_a_file_without_columns(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    files = find(tmp_path, "a.csv")
    assert files[0].columns == ()
    assert map_columns("events", Source(), files, "x") == {}


def test_a_missing_column_names_the_file_what_it_has_and_the_likely_one(tmp_path):
    (tmp_path / "a.csv").write_text("StockCode,InvoiceDate,kind\n")
    source = Source(columns={"product_id": "StockCode", "ts": "InvoiceDat", "event_type": "kind"})
    files = find(tmp_path, "a.csv")
    with pytest.raises(SourceError) as missing:
        map_columns("events", source, files, "shop.toml")
    for part in ('"ts"', '"InvoiceDat"', "a.csv", "StockCode, InvoiceDate, kind", 'Did you mean "InvoiceDate"?'):
        assert part in str(missing.value)


def test_a_derived_column_need_not_be_there(tmp_path):
    (tmp_path / "a.csv").write_text("product_id,ts\n")
    source = Source(derive={"event_type": "'purchase'"})
    files = find(tmp_path, "a.csv")
    assert map_columns("events", source, files, "x") == {"product_id": "product_id", "ts": "ts"}


def test_a_column_nobody_knows_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("product_id,ts,event_type\n")
    files = find(tmp_path, "a.csv")
    with pytest.raises(SourceError, match="colour"):
        map_columns("events", Source(columns={"colour": "c"}), files, "x")
