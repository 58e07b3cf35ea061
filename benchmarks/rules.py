"""Precision and recall of each cleaning rule on a demo shop, whose defects are known.

A demo shop with defects is made, the step `clean` runs on it, and the verdict of each line is compared with the truth.
Prints one line for each source and verdict, and for each flag of a review.

    python -m benchmarks.rules --seed 7 --json rules.json
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import hmac
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from demo_shop.write import write_demo_shop
from pipelines.atomic_files import write_json
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.new_home import demo_settings
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.table_io import read_table
from pipelines.night.user_key import LENGTH, load_user_key, make_user_key
from pipelines.orchestration.run_step import run_step

LAST = date(2025, 3, 31)
Place = tuple[str, int]  # file name and line, from 1
Verdicts = dict[str, dict[Place, set[str]]]  # by source: of each line its verdict, or its reason, and its flags


class Score(NamedTuple):
    """Lines for which a rule should hold, how many of them were found, and how many of those found are right."""

    source: str
    rule: str
    planted: int
    recall: float
    precision: float


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.rules", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "shop"
        write_demo_shop(home / "sources", seed=asked.seed, users=asked.users, last_day=LAST)
        (home / "nightshelf.toml").write_text(demo_settings())
        make_user_key(home)
        night = open_night(home, LAST, RunOptions())
        run_step("clean", night.work, log=lambda line: None)
        found = scores(planted(home / "sources"), verdicts(night, home / "sources"))
    for score in found:
        print(
            f"{score.source:<9} {score.rule:<20} {score.planted:>7} lines"
            f"   recall {score.recall:.4f}   precision {score.precision:.4f}"
        )
    if asked.json:
        write_json(asked.json, [score._asdict() for score in found])


def planted(shop: Path) -> Verdicts:
    """The verdict that each line of a demo shop must get."""
    wanted: Verdicts = defaultdict(dict)
    for row in pq.read_table(shop / "truth" / "rows.parquet").to_pylist():
        place = (Path(row["file"]).name, row["line"] + 1)
        wanted[row["source"]][place] = {row["reason"] or row["verdict"], *row["flags"]}
    return wanted


def verdicts(night: Night, shop: Path) -> Verdicts:
    """The verdict that each line got: its reason in the quarantine, or `clean` where its row is.

    Of the other lines, those with an equal earlier line are `duplicate`; the rest are dated in the `future`.
    """
    key = load_user_key(night.home)
    refused = {(row["source"], row["file"], row["line"]): row["reason"] for row in rows(night, QUARANTINE)}
    clean = {
        "events": {row["event_id"]: set() for row in rows(night, EVENTS)},
        "reviews": {row["review_id"]: set(row["flags"]) for row in rows(night, REVIEWS)},
        "products": {row["product_id"]: set() for row in rows(night, PRODUCTS)},
    }
    found: Verdicts = defaultdict(dict)
    seen: set[str] = set()
    for source, file, number, line in _lines(shop):
        name = line.split(",")[0].strip() if source == "products" else _hash(key, line)
        if reason := refused.get((source, file, number)):
            found[source][file, number] = {reason}
        elif name in clean[source]:
            found[source][file, number] = {"clean", *clean[source].pop(name)}
        else:
            found[source][file, number] = {"duplicate" if name in seen else "future"}
        seen.add(name)
    return found


def scores(wanted: Verdicts, found: Verdicts) -> list[Score]:
    """Precision and recall of each source and rule."""
    result = []
    for source in sorted(wanted):
        there, told = _by_rule(wanted[source]), _by_rule(found[source])
        for rule in sorted({*there, *told}):
            right = len(there[rule] & told[rule])
            recall = right / len(there[rule]) if there[rule] else 1.0
            precision = right / len(told[rule]) if told[rule] else 1.0
            result.append(Score(source, rule, len(there[rule]), recall, precision))
    return result


def rows(night: Night, table: object) -> list[dict[str, object]]:
    return read_table(night, table).to_pylist()


def _by_rule(lines: Mapping[Place, set[str]]) -> defaultdict[str, set[Place]]:
    by_rule: defaultdict[str, set[Place]] = defaultdict(set)
    for place, marks in lines.items():
        for mark in marks:
            by_rule[mark].add(place)
    return by_rule


def _lines(shop: Path) -> list[tuple[str, str, int, str]]:
    """Source, file, line number and text of all lines, in the order of their arrival."""
    found = []
    for file in sorted([*shop.glob("events/*"), *shop.glob("reviews/*"), shop / "products.csv"]):
        source = "products" if file.suffix == ".csv" else file.parent.name
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        lines = raw.decode(errors="replace").split("\n")[:-1]
        found += [(source, file.name, n, line) for n, line in enumerate(lines, 1) if source != "products" or n > 1]
    return found


def _hash(key: bytes, line: str) -> str:
    return hmac.new(key, line.encode(), hashlib.sha256).hexdigest()[:LENGTH]


if __name__ == "__main__":
    main()
