"""Clean and feature tables of real days: nights in sequence, in any order, with late and repeated files, built at once.

The public Online Retail log, one file a day. Shop `sequence` runs a night for some of the days (the last ones, or every
nth). Shop `any order` runs the same nights in a random order; each must see the same rows as in the sequence. In shop
`late` every tenth file comes two nights late, and every seventh is cut in half first and complete the night after. In
the end a full refresh of the last night must give the same rows in all shops. Nothing is trained.

    python -m benchmarks.any_order --data DIR/online_retail --every 7 --nights 32 --json any_order.json
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from pyspark.sql import SparkSession

from benchmarks.increment import contents, days_of, make_home
from pipelines.atomic_files import write_json
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.user_key import VARIABLE
from pipelines.settings.load import load_settings
from spark_jobs.build_features import build_features
from spark_jobs.clean import clean
from spark_jobs.engine import session

LATE, HALVED = 10, 7  # every so many files


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.any_order", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the packed or unpacked files of each day")
    parser.add_argument("--days", type=int, default=0, help="only so many of the first days; 0: all")
    parser.add_argument("--nights", type=int, default=14, help="nights; the first one finds all days before it")
    parser.add_argument("--every", type=int, default=1, help="a night for one day in so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    os.environ[VARIABLE] = secrets.token_hex(32)  # the same pseudonyms in all shops
    with tempfile.TemporaryDirectory() as folder:
        homes = {n: make_home(Path(folder) / n, asked.data) for n in ("sequence", "any order", "late")}
        days = days_of(homes["sequence"])[: asked.days or None][:: -asked.every][: asked.nights][::-1]
        with session("any order", load_settings(homes["sequence"]).spark) as spark:
            began = time.monotonic()
            told = {day: contents(run(spark, homes["sequence"], day)) for day in days}
            print(f"{len(days)} nights in sequence: {time.monotonic() - began:.0f} s", flush=True)
            order = [days[n] for n in np.random.default_rng(asked.seed).permutation(len(days))]
            wrong = [day for day in order if contents(run(spark, homes["any order"], day)) != told[day]]
            print(f"in any order: {len(days) - len(wrong)} of {len(days)} nights see the same", flush=True)
            last = contents(late_nights(spark, homes["late"], days))
            found = {"late and repeated files": last}
            for name, home in homes.items():
                found[f"full refresh, {name}"] = contents(run(spark, home, days[-1], full_refresh=True))
    differ = [name for name, tables in found.items() if tables != told[days[-1]]]
    for name in found:
        print(f"{name}: {'DIFFERS' if name in differ else 'the same'}")
    rows = {name: n for name, (n, _) in told[days[-1]].items()}
    print(", ".join(f"{name} {n:,}" for name, n in rows.items()))
    if asked.json:
        write_json(asked.json, {"nights": len(days), "rows": rows, "differ": [str(d) for d in wrong] + differ})
    if wrong or differ:
        raise SystemExit(f"not the same: {wrong} {differ}")


def run(spark: SparkSession, home: Path, day: date, **wishes: bool) -> Night:
    night = open_night(home, day, RunOptions(**wishes))
    clean(spark, night)
    build_features(spark, night)
    return night


def late_nights(spark: SparkSession, home: Path, days: Sequence[date]) -> Night:
    """Run the nights of a shop whose files come late or cut in half; returns the last night, when all have come."""
    whole: dict[Path, bytes] = {}
    due: dict[int, list[Path]] = {}
    for number, day in enumerate(days):
        file = next((home / "sources").rglob(f"{day}.csv"))
        if number and (number % LATE == 0 or number % HALVED == 0):
            whole[file] = file.read_bytes()
            due.setdefault(number + (2 if number % LATE == 0 else 1), []).append(file)
    for file in whole:
        file.unlink()
    for number, day in enumerate(days):
        file = next((f for f in whole if f.stem == str(day)), None)
        if file and number % LATE:
            lines = whole[file].splitlines(keepends=True)
            file.write_bytes(b"".join(lines[: len(lines) // 2]))
        for come in due.get(number, []):
            come.write_bytes(whole[come])
        run(spark, home, day)
    for file, content in whole.items():
        file.write_bytes(content)
    return run(spark, home, days[-1])


if __name__ == "__main__":
    main()
