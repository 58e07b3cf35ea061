"""Whole nights of real days, with models and releases: each must equal a full refresh of the same date.

The first days of the public Online Retail log, one file a day. All steps of a night run for each date in turn, on what
the nights before built and against the model of the night before. Then some dates are refreshed in full and trained
anew against the same predecessor: every published table must have the same content.

    python -m benchmarks.whole_nights --data DIR/online_retail --nights 14 --refresh 3 --json whole_nights.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.increment import days_of, make_home
from pipelines.atomic_files import write_json
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.steps import STEPS
from pipelines.orchestration.run_step import run_step

AFTER = 6  # days that the first night finds


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.whole_nights", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the packed or unpacked files of each day")
    parser.add_argument("--nights", type=int, default=14)
    parser.add_argument(
        "--refresh", type=int, default=3, help="so many of the dates are refreshed, the last among them"
    )
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "shop", asked.data)
        days = days_of(home)[AFTER - 1 :][: asked.nights]
        built = {day: published(home, day) for day in days}
        for day in days[:: -max(1, len(days) // asked.refresh)][: asked.refresh]:
            again = published(home, day, full_refresh=True)
            differ = sorted(name for name in again if again[name] != built[day][name])
            found.append({"date": str(day), "differ": differ})
            print(f"{day}: {'DIFFER: ' + ', '.join(differ) if differ else 'all tables the same'}", flush=True)
    if asked.json:
        write_json(asked.json, {"nights": len(days), "refreshed": found})
    if any(day["differ"] for day in found):
        raise SystemExit("a full refresh has made other tables than the nights")


def published(home: Path, day: date, **wishes: bool) -> dict[str, tuple[int, str]]:
    """Rows and content hash of each table that a whole night has published."""
    began = time.monotonic()
    night = open_night(home, day, RunOptions(**wishes))
    for step in STEPS:
        run_step(step, night.work, log=lambda line: None)
    manifest = json.loads((home / "releases" / night.release_id / "manifest.json").read_text())
    tables = {name: (table["rows"], table["content_hash"]) for name, table in manifest["tables"].items()}
    lists, why = tables["user_topk"][0], manifest["model"]["why"]
    print(f"{night.release_id}: {time.monotonic() - began:.0f} s, {lists:,} rows of lists; {why}", flush=True)
    return tables


if __name__ == "__main__":
    main()
