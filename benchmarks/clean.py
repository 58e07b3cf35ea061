"""Rows a second and memory of cleaning at growing sizes, and of the exact event rules alone, compared with DuckDB.

Events are public Online Retail days, repeated with other customers and invoices; reviews are those of the demo shop,
repeated with other users and words. The step `clean` runs on each as in a night. The exact rules (fields, times,
numbers, ranges, exact duplicates, keyed hashes) run in Spark alone and in DuckDB, two threads each, and must give the
same sums. Seconds include the start of the engine.

    python -m benchmarks.clean --data DIR/online_retail --rows 500000 5000000 20000000 --json clean.json
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.increment import make_home
from benchmarks.lib import exact_rules
from demo_shop.write import write_demo_shop
from pipelines.atomic_files import write_json
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.user_key import make_user_key
from pipelines.orchestration.run_step import run_step
from pipelines.orchestration.step_command import LARGE_METHODS
from pipelines.state_files import read_state

LAST = date(2025, 3, 31)
WHAT = ("exact", "step")
REVIEWS = """[shop]
time_zone = "Europe/Berlin"
[sources.events]
path = "sources/events/*.jsonl.gz"
[sources.reviews]
path = "sources/reviews/*.jsonl"
[sources.products]
path = "sources/products.csv"
"""  # of the demo shop, but on an engine that compiles
# Words of other customers: the longer ones with an ending of their own, so that texts are no copies of each other.
ENDING = "chr(97 + (r % 26)::int) || chr(97 + (r // 26 % 26)::int) || (r // 676)"
OTHER_WORDS = rf"regexp_replace(text, '([A-Za-z]{{5,}})', '\1' || {ENDING}, 'g')"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.clean", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the files of Online Retail")
    parser.add_argument("--rows", type=int, nargs="+", default=[500_000, 5_000_000], help="about so many events")
    parser.add_argument("--what", nargs="+", default=WHAT, choices=WHAT, help="the exact rules, the step, or both")
    parser.add_argument("--reviews", type=int, nargs="*", default=[500_000], help="about so many reviews")
    parser.add_argument("--folder", type=Path, help="where to work; empty: a temporary folder")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    found = []
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        for rows in asked.rows:
            home, lines = many_events(Path(folder) / "shop", asked.data, rows)
            if "exact" in asked.what:
                found += [shown(line) for line in exact(home, lines)]
            if "step" in asked.what:
                found.append(shown(cleaned(home, "events")))
            shutil.rmtree(home)
        for rows in asked.reviews:
            home = many_reviews(Path(folder) / "shop", rows)
            found.append(shown(cleaned(home, "reviews")))
            shutil.rmtree(home)
    if asked.json:
        write_json(asked.json, found)


def shown(line: dict[str, object]) -> dict[str, object]:
    print(
        "{what:<22} {rows:>10,} rows {seconds:8.1f} s {rows_per_s:>10,.0f} rows/s {peak_rss_mb:>6,.0f} MB".format(
            **line
        )
    )
    sys.stdout.flush()
    return line


def many_events(home: Path, data: Path, rows: int) -> tuple[Path, int]:
    """Make a shop with about this many invoice lines, one file a day; returns their number."""
    make_home(home, data)
    files = sorted((home / "sources").glob("*.csv"))
    with duckdb.connect() as engine:
        source = f"read_csv('{home}/sources/*.csv', header = true, all_varchar = true)"
        ((there,),) = engine.execute(f"select count(*) from {source}").fetchall()
        times = max(1, round(rows / there))
        for file in files:
            engine.execute(f"""
                copy (
                    select InvoiceNo || '-' || r as InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice,
                        (try_cast(CustomerID as double)::bigint + r * 100000)::varchar || '.0' as CustomerID, Country
                    from read_csv('{file}', header = true, all_varchar = true), range({times}) t(r)
                ) to '{file}.new' (header true)
            """)
            file.unlink()
            Path(f"{file}.new").rename(file)
    return home, there * times


def many_reviews(home: Path, rows: int) -> Path:
    """Make a demo shop with few events and about this many reviews, one file a day."""
    write_demo_shop(home / "sources", seed=7, users=1500, last_day=LAST)
    (home / "nightshelf.toml").write_text(REVIEWS)
    make_user_key(home)
    with duckdb.connect() as engine:
        source = f"read_json('{home}/sources/reviews/*.jsonl', format = 'newline_delimited', ignore_errors = true)"
        ((there,),) = engine.execute(f"select count(*) from {source}").fetchall()
        for file in sorted((home / "sources" / "reviews").glob("*.jsonl")):
            engine.execute(f"""
                copy (
                    select * replace (user_id || '-' || r as user_id, {OTHER_WORDS} as text)
                    from {source.replace("/*.jsonl", f"/{file.name}")}, range({max(1, round(rows / there))}) t(r)
                ) to '{file}.new' (format json)
            """)
            file.unlink()
            Path(f"{file}.new").rename(file)
    return home


def cleaned(home: Path, source: str) -> dict[str, object]:
    """Cost of the step `clean` for everything in `home`."""
    last = LAST if source == "reviews" else date.fromisoformat(max(f.stem for f in (home / "sources").glob("*.csv")))
    night = open_night(home, last, RunOptions())
    cost = run_step("clean", night.work, log=lambda line: None)
    rows = read_state(night.work / "account.json")[source]["rows_in"]
    return line(f"clean {source}", rows, cost["seconds"], cost["peak_rss_mb"])


def exact(home: Path, rows: int) -> list[dict[str, object]]:
    """The exact rules by both engines. Raises SystemExit where they differ."""
    made = home / "made"
    made.mkdir()
    submit = [str(Path(sys.executable).with_name("spark-submit")), "--master", f"local[{exact_rules.THREADS}]"]
    engines = {
        "spark": [*submit, "--driver-memory", "2g", "--driver-java-options", LARGE_METHODS],
        "duckdb": [sys.executable],
    }
    lines, sums = [], {}
    for engine, program in engines.items():
        target = made / engine
        argv = [*program, exact_rules.__file__, engine, str(home / "sources"), str(target)]
        seconds, peak = timed(argv)
        sums[engine] = json.loads(Path(f"{target}.json").read_text())
        lines.append(line(f"exact rules, {engine}", rows, seconds, peak))
    if sums["spark"] != sums["duckdb"]:
        raise SystemExit(f"Spark and DuckDB differ: {sums}")
    return lines


def timed(argv: Sequence[str]) -> tuple[float, float]:
    """Seconds of a command, and the peak memory of its largest process in MB."""
    began = time.monotonic()
    process = subprocess.Popen(argv, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"}, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(argv)} ended with code {process.returncode}")
    return time.monotonic() - began, used.ru_maxrss / 1024


def line(what: str, rows: int, seconds: float, peak_rss_mb: float) -> dict[str, object]:
    return {
        "what": what,
        "rows": rows,
        "seconds": round(seconds, 1),
        "rows_per_s": round(rows / seconds),
        "peak_rss_mb": round(peak_rss_mb),
    }


if __name__ == "__main__":
    main()
