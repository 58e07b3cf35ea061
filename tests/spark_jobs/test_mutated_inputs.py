"""Hundreds of broken files end in a full account: none crashes, none loses a row, none leaves the home."""

from __future__ import annotations

import gzip
import hashlib
import random
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import zstandard

from pipelines.contracts.all_tables import TABLES
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.night.day_versions import facts_of, files_of_table, landed_folder, versions_read
from pipelines.night.store import store_of
from pipelines.state_files import read_state
from spark_jobs.clean import clean
from spark_jobs.engine import read

from . import mutations as m

pytestmark = pytest.mark.slow

SEED = 20250310
SETTINGS = "".join(
    f'[sources.{source}]\npath = "{{source}}/shop/{source}"\n' for source in ("events", "reviews", "products")
)
SHAPES = {
    "events": (m.event, m.csv_lines, m.json_lines),
    "reviews": (m.review, m.json_lines, m.csv_lines),
    "products": (m.product, m.csv_lines),
}
ROUNDS = {"events": 8, "reviews": 5, "products": 1}
ROWS = 6
DATA_ONLY = ("../../../../etc/passwd", "=cmd|' /C calc'!A0", "'; drop table events; --", "day=2025-03-10", "$(touch x)")


def broken_files(source: str) -> dict[str, bytes]:
    """Name to content; the name says source, round and how it is broken."""
    make, *shapes = SHAPES[source]
    files: dict[str, bytes] = {}
    number = 0
    for turn in range(ROUNDS[source]):
        write = shapes[turn % len(shapes)]
        ending = "jsonl" if write is m.json_lines else "csv"
        ways = [*m.VALUES, *m.BYTES, *m.WHOLE, *(["huge"] if turn == 0 else [])]
        for way in ways:
            rng = random.Random(f"{SEED} {source} {turn} {way}")
            rows = [make(number + i) for i in range(ROWS)]
            number += ROWS
            columns = list(rows[0])
            if turn % 3 == 2:  # columns change their order from one delivery to the next
                columns.reverse()
            (m.VALUES | {"huge": m.huge}).get(way, lambda rng, rows: None)(rng, rows)
            body = "".join(f"{line}\n" for line in write(rows, columns)).encode()
            body = m.BYTES.get(way, lambda rng, body: body)(rng, body)
            header = b"" if ending == "jsonl" else f"{','.join(columns)}\n".encode()
            packing = f".{way.split('.')[-1]}" if way.endswith(("gz", "zst")) else ""
            files[f"{source} {turn} {way}.{ending}{packing}"] = m.WHOLE.get(way, bytes)(header + body)
    return files


def rows_in(name: str, content: bytes) -> int:
    """Lines that are not blank, without the header, counted without any part of the pipeline."""
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    elif name.endswith(".zst"):
        content = zstandard.decompress(content)
    if "utf-16" in name:
        content = content.decode("utf-16").encode()
    elif "utf-32" in name:
        content = content.decode("utf-32").encode()
    lines = re.split(rb"\r\n|\r|\n", content.removeprefix(b"\xef\xbb\xbf"))
    rows = [line for line in lines if line.decode("utf-8", "replace").strip()]
    return len(rows) - (1 if ".csv" in name and rows else 0)


def tree(folder: Path, without: Path) -> dict[str, str]:
    return {
        str(p): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file() and not p.is_relative_to(without)
    }


def accounts(night, source: str) -> dict[str, Counter]:
    """What became of the rows of each file, from what is written of deliveries and days."""
    found: dict[str, Counter] = {}
    for key in versions_read(night)[f"deliveries:{source}"] if source != "products" else ():
        facts = store_of(night.home).read(landed_folder(night.home, source, key)).facts
        mine = found.setdefault(facts["file"], Counter())
        mine.update(facts["on_arrival"])
        mine["future"] += sum(n for day, (n, _) in facts["days"].items() if day > str(night.run_date))
        mine["read"] += facts["rows"]
    for facts in facts_of(night.home, TABLES[source], versions_read(night)[source]).values():
        for file, verdicts in facts["verdicts"].items():
            found[file].update(verdicts)
    return found


@pytest.fixture(scope="module")
def files() -> dict[str, dict[str, bytes]]:
    return {source: broken_files(source) for source in SHAPES}


@pytest.fixture
def night(spark, shop, files, tmp_path):
    for source, broken in files.items():
        (tmp_path / "shop" / source).mkdir(parents=True)
        for name, content in broken.items():
            (tmp_path / "shop" / source / name).write_bytes(content)
    good = [m.product(n) | {"product_id": code} for n, code in enumerate((*m.PRODUCTS, *DATA_ONLY))]
    lines = [",".join(good[0]), *m.csv_lines(good, list(good[0]))]
    (tmp_path / "shop" / "products" / "a good one.csv").write_text("\n".join(lines))
    return shop(SETTINGS, date(2025, 3, 10))


def test_every_row_of_broken_files_is_accounted_for(spark, night, files, tmp_path):
    print(f"seed {SEED}, {sum(map(len, files.values()))} files")
    assert sum(map(len, files.values())) >= 400
    outside = tree(tmp_path, night.home)
    clean(spark, night)
    assert tree(tmp_path, night.home) == outside, "nothing is written but into the home"
    for source in ("events", "reviews"):
        found = accounts(night, source)
        for name, content in files[source].items():
            known = found.get(name, Counter())
            wanted = rows_in(name, content)
            assert known.pop("read", 0) == wanted, name
            assert sum(known.values()) == wanted, (name, known)
    products = read_state(night.work / "account.json")["products"]
    wanted = sum(rows_in(name, content) for name, content in files["products"].items()) + 8 + len(DATA_ONLY)
    assert products["rows_in"] == wanted
    assert products["rows_clean"] + products["rows_quarantined"] + products["rows_duplicate"] == wanted
    codes = {row["product_id"] for row in read(spark, PRODUCTS, files_of_table(night, PRODUCTS)).collect()}
    assert set(DATA_ONLY) <= codes, "what looks like a path or a formula is data, and no more"
    _holds_no_text(spark, night)


def _holds_no_text(spark, night):
    refused = read(spark, QUARANTINE, files_of_table(night, QUARANTINE))
    written = " ".join(str(row) for row in refused.drop("file").collect())
    assert written
    assert m.SECRET not in written
