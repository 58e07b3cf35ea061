"""What a night makes of broken files before it reads rows: their columns, or an error that names the file."""

from __future__ import annotations

import gzip
from datetime import date
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import SettingsError, SourceError
from pipelines.settings.load import check_settings
from pipelines.settings.sources import Source
from pipelines.sources.columns import REQUIRED, map_columns
from pipelines.sources.ledger import files_of, scan_sources

DAY = date(2025, 3, 10)
HEADER = "product_id,event_type,ts,user_id"
ROW = "p,view,2025-03-10,jane.doe@shop.example"
CSV = f"{HEADER}\n{ROW}\n".encode()
JSON = b'{"product_id": "p", "event_type": "view", "ts": "2025-03-10"}\n'
TABLE = pa.table({"product_id": ["p"] * 999, "event_type": ["view"] * 999, "ts": ["2025-03-10"] * 999})


def parquet() -> bytes:
    out = BytesIO()
    pq.write_table(TABLE, out)
    return out.getvalue()


def columns(tmp_path, name, content, **source):
    """The columns that the night would read from this file beside a good one."""
    for old in tmp_path.iterdir():
        old.unlink()
    (tmp_path / "a good one.csv").write_bytes(CSV)
    (tmp_path / name).write_bytes(content)
    settings = Source(path="*", **source)
    files = files_of(scan_sources(tmp_path, "events", settings, DAY, {}), DAY)
    return map_columns("events", settings, files, "shop.toml")


BROKEN = {
    "no column product_id.csv": CSV.replace(b"product_id", b"sku"),
    "no header.csv": f"{ROW}\n".encode(),
    "a comma for a tab.tsv": CSV,
    "a semicolon for a comma.csv": CSV.replace(b",", b";"),
    "a blank header.csv": b",,,\n" + CSV,
    "an open quote.csv": b'"' + CSV,
    "a quote within.csv": CSV.replace(b"event", b'"eve"nt', 1),
    "NUL in the header.csv": CSV.replace(b"_id", b"_\0id", 1),
    "utf-16 without a mark.csv": CSV.decode().encode("utf-16-le"),
    "not utf-8.csv": CSV.replace(b"user_id", b"m\xf6bel"),
    "5 MB in the header.csv": CSV.replace(b"user_id", b"x" * 20_000_000),
    "too many columns.csv": HEADER.encode() + b",x" * 2_000 + b"\n",
    "a picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "zipped.csv": gzip.compress(CSV),
    "not zipped.csv.gz": CSV,
    "zstd for gzip.csv.gz": zstandard.compress(CSV),
    "rubbish at the end.csv.gz": gzip.compress(CSV) + b"rubbish",
    "cut.csv.zst": zstandard.compress(CSV)[:-3],
    "empty.parquet": b"",
    "csv.parquet": CSV,
    "cut.parquet": parquet()[:-9],
    "an end only.parquet": parquet()[-99:],
    "a list.json": b'[{"product_id": "p"},\n {"product_id": "p"}]\n',
    "in many lines.json": b'\n{\n  "product_id": "p"\n}\n',
    "unknown.xlsx": b"PK\x03\x04",
    "no ending": CSV,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(tmp_path, name):
    with pytest.raises(SourceError) as broken:
        columns(tmp_path, name, BROKEN[name])
    assert name in str(broken.value)
    assert len(str(broken.value)) < 5_000
    assert str(broken.value).rstrip("?").endswith(("away.", "it.", "format.", '"', "Rename the file, or move it away."))


@pytest.mark.parametrize("at", range(1, 60, 2))
def test_a_packed_file_that_ends_too_early_is_named(tmp_path, at):
    for name, content in (("a.csv.gz", gzip.compress(CSV)), ("a.csv.zst", zstandard.compress(CSV))):
        with pytest.raises(SourceError, match=name):
            columns(tmp_path, name, content[: min(at, len(content) - 1)])


FILES = {"f.csv": CSV, "f.tsv": CSV.replace(b",", b"\t"), "f.jsonl": JSON, "f.csv.gz": gzip.compress(CSV)}
FILES |= {"f.csv.zst": zstandard.compress(CSV), "f.parquet": parquet()}
SAME_FOLDER = [HealthCheck.function_scoped_fixture]


@settings(max_examples=150, suppress_health_check=SAME_FOLDER)
@given(name=st.sampled_from(sorted(FILES)), content=st.binary(max_size=300))
def test_any_bytes_are_columns_or_an_error_that_names_the_file(tmp_path, name, content):
    _columns_or_error(tmp_path, name, content)


@settings(max_examples=250, suppress_health_check=SAME_FOLDER)
@given(name=st.sampled_from(sorted(FILES)), at=st.floats(0, 1), gone=st.integers(0, 20), put=st.binary(max_size=20))
def test_a_broken_place_gives_columns_or_an_error_that_names_the_file(tmp_path, name, at, gone, put):
    whole = FILES[name]
    start = int(at * len(whole))
    _columns_or_error(tmp_path, name, whole[:start] + put + whole[start + gone :])


def _columns_or_error(tmp_path, name, content):
    try:
        outcome = columns(tmp_path, name, content).keys() >= set(REQUIRED["events"])
    except SourceError as wrong:
        outcome = name in str(wrong)
    assert outcome


@pytest.mark.parametrize("name", ["bad\udcff.csv", "line\nend.csv", "bell\x07.csv"])
def test_a_file_name_that_cannot_be_shown_is_an_error(tmp_path, name):
    with pytest.raises(SourceError, match="Rename the file"):
        columns(tmp_path, name, CSV)


def test_marks_of_engines_are_no_files_but_other_names_are(tmp_path):
    for mark in ("_SUCCESS", "._SUCCESS.crc", "_committed_17", "_metadata"):
        (tmp_path / mark).write_bytes(b"")
    (tmp_path / "_events.csv").write_bytes(CSV)
    assert [f.name for f in scan_sources(tmp_path, "events", Source(path="*"), DAY, {}).values()] == ["_events.csv"]


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", ""])
def test_an_encoding_that_nobody_knows_is_an_error_of_the_settings(name):
    with pytest.raises(SettingsError, match=r"\[sources.events\] encoding"):
        check_settings({"sources": {"events": {"encoding": name}}})
