"""What cleaning does with the known defects of public data, counted in the raw lines.

The step `clean` runs on all days of Online Retail and on three files of Amazon reviews. Each raw line is found again by
its keyed hash: clean, refused with its reason, or a repetition. Prints for each kind of defect how many raw lines have
it and what became of them.

    python -m benchmarks.known_dirt --data DIR --json known_dirt.json
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import hmac
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from benchmarks.increment import days_of, make_home
from pipelines.atomic_files import write_json
from pipelines.contracts.contract import Table
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.table_io import read_table
from pipelines.night.user_key import LENGTH, load_user_key, make_user_key
from pipelines.orchestration.run_step import run_step

Fields = Mapping[str, str]
INVOICES: dict[str, Callable[[Fields], bool]] = {
    "line": lambda line: True,
    "without customer": lambda line: not line["CustomerID"],
    "cancellation": lambda line: line["InvoiceNo"].upper().startswith("C"),
    "quantity not positive": lambda line: float(line["Quantity"]) <= 0,
    "price not positive": lambda line: float(line["UnitPrice"]) <= 0,
    "description missing": lambda line: not line["Description"].strip(),
}
AMAZON = """
[sources.events]
path = "{file}"
columns = {{ user_id = "reviewerID", product_id = "asin", value = "overall", ts = "unixReviewTime" }}
derive = {{ event_type = "'rating'" }}
time_format = "unix_s"
[sources.reviews]
path = "{file}"
columns = {{ user_id = "reviewerID", product_id = "asin", rating = "overall", ts = "unixReviewTime" }}
derive = {{ title = "summary", text = "reviewText" }}
time_format = "unix_s"
[sources.products]
path = "{file}"
derive = {{ product_id = "asin", title = "asin" }}
from_lines = true
"""
FILES = ("All_Beauty_5.json.gz", "AMAZON_FASHION_5.json.gz", "Gift_Cards_5.json")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.known_dirt", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds online_retail and reviews18")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        found = {"Online Retail": online_retail(Path(folder) / "retail", asked.data / "online_retail")}
        for name in FILES:
            found[name] = reviews(Path(folder) / name.split(".")[0], asked.data / "reviews18" / name)
    for name, kinds in found.items():
        print(name)
        for kind, counts in kinds.items():
            fates = ", ".join(f"{fate} {n:,}" for fate, n in sorted(counts.items(), key=lambda c: -c[1]))
            print(f"  {kind:<24}{sum(counts.values()):>9,}   {fates}")
    if asked.json:
        write_json(asked.json, found)


def online_retail(home: Path, data: Path) -> dict[str, dict[str, int]]:
    night = cleaned(make_home(home, data), None)
    fate = fates(night, "events", EVENTS, "event_id")
    kinds: dict[str, Counter[str]] = {kind: Counter() for kind in INVOICES}
    titles: dict[str, set[str]] = {}
    for file in sorted((home / "sources").glob("*.csv")):
        header, *lines = file.read_text().splitlines()
        for raw, fields in zip(lines, csv.reader(lines), strict=True):
            line = dict(zip(header.split(","), fields, strict=True))
            became = fate(raw)
            for kind, holds in INVOICES.items():
                if holds(line):
                    kinds[kind][became] += 1
            if title := " ".join(line["Description"].split()):
                titles.setdefault(line["StockCode"].upper(), set()).add(title)
    several = {code for code, all_of in titles.items() if len(all_of) > 1}
    named = {row["product_id"]: bool(row["aliases"]) for row in read_table(night, PRODUCTS).to_pylist()}
    others = Counter("refused" if c not in named else "with aliases" if named[c] else "without" for c in several)
    return {**kinds, "code, several titles": others}


def reviews(home: Path, file: Path) -> dict[str, dict[str, int]]:
    home.mkdir()
    (home / "nightshelf.toml").write_text(AMAZON.format(file=file.resolve()))
    make_user_key(home)
    night = cleaned(home, date(2018, 12, 31))
    fate = fates(night, "reviews", REVIEWS, "review_id")
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
        read = [line.rstrip("\n") for line in lines]
    flags = Counter(flag for row in read_table(night, REVIEWS).to_pylist() for flag in row["flags"])
    became = [fate(line) for line in read]
    missing = (f for line, f in zip(read, became, strict=True) if not json.loads(line).get("reviewText"))
    kinds = {"line": Counter(became), "text missing": Counter(missing)}
    return kinds | {f"flag {flag}": Counter(clean=n) for flag, n in sorted(flags.items())}


def cleaned(home: Path, last: date | None) -> Night:
    night = open_night(home, last or days_of(home)[-1], RunOptions())
    run_step("clean", night.work, log=lambda line: None)
    return night


def fates(night: Night, source: str, table: Table, name: str) -> Callable[[str], str]:
    """What became of a raw line; lines are to be asked for in the order of their arrival, each once."""
    key, seen = load_user_key(night.home), set[str]()
    clean = set(read_table(night, table)[name].to_pylist())
    refused = {r["row_hash"]: r["reason"] for r in read_table(night, QUARANTINE).to_pylist() if r["source"] == source}

    def fate(raw: str) -> str:
        mine = hmac.new(key, raw.encode(), hashlib.sha256).hexdigest()[:LENGTH]
        if mine in seen:
            return "duplicate"
        seen.add(mine)
        return "clean" if mine in clean else refused.get(mine, "lost")

    return fate


if __name__ == "__main__":
    main()
