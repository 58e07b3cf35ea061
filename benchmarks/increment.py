"""Cost of a night that builds on all nights before it, compared with a full rebuild.

The public Online Retail log, one file a day. One night builds all days up to the last but one; the next adds the last
day; a full refresh of that night builds all of them again. Steps: open, clean, features, check_inputs. CPU seconds and
bytes read (`rchar` of Linux) are those of the steps with all their processes; the cost of engines that start and do
nothing is measured apart and subtracted. The tables must be equal.

    python -m benchmarks.increment --data DIR/online_retail --json increment.json
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pipelines.atomic_files import write_json
from pipelines.contracts.all_tables import CLEAN, FEATURES
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.night.content_hash import files_hash
from pipelines.night.day_versions import files_of_table
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.steps import STEPS
from pipelines.night.user_key import make_user_key
from pipelines.orchestration.run_step import run_step
from pipelines.orchestration.step_command import command, environment

SETTINGS = Path(__file__).parents[1] / "examples" / "online_retail.toml"
MEASURED = ("clean", "features", "check_inputs")
SPARK_STEPS = ("clean", "features")


class Cost(NamedTuple):
    """CPU seconds and megabytes read by all processes, and wall seconds."""

    cpu_s: float
    read_mb: float
    wall_s: float

    def less(self, other: Cost) -> Cost:
        return Cost(*(round(mine - theirs, 2) for mine, theirs in zip(self, other, strict=True)))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.increment", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the packed or unpacked files of each day")
    parser.add_argument("--days", type=int, default=0, help="only so many of the first days; 0: all")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "shop", asked.data)
        days = days_of(home)[: asked.days or None]
        start = measured(lambda: idle(open_night(home, days[0], RunOptions())))
        before = measured(lambda: run(open_night(home, days[-2], RunOptions())))
        nights: list[Night] = []
        increment = measured(lambda: nights.append(run(open_night(home, days[-1], RunOptions()))))
        kept = contents(nights[0])
        rebuild = measured(lambda: nights.append(run(open_night(home, days[-1], RunOptions(full_refresh=True)))))
        if contents(nights[1]) != kept:
            raise SystemExit("the increment and the full refresh have made different tables")
    net, whole = increment.less(start), rebuild.less(start)
    share = {name: round(getattr(net, name) / getattr(whole, name), 4) for name in ("cpu_s", "read_mb")}
    found = {"engine start-up": start, "first": before, "increment": increment, "full refresh": rebuild}
    for name, cost in found.items():
        print(f"{name:<16} {cost.cpu_s:8.1f} CPU s {cost.read_mb:9.1f} MB read {cost.wall_s:8.1f} s")
    shares = f"{share['cpu_s']:.1%} of CPU, {share['read_mb']:.1%} of bytes"
    print(f"{len(days)} days; the last one against all, start-up aside: {shares}")
    if asked.json:
        write_json(asked.json, {"days": len(days), "share": share} | {n: c._asdict() for n, c in found.items()})


def make_home(home: Path, data: Path) -> Path:
    """A shop whose files are those of `data`: a folder of CSV files, or a folder with one packed archive of them."""
    sources = home / "sources"
    sources.mkdir(parents=True)
    for packed in data.glob("*.tar.gz"):
        with tarfile.open(packed) as archive:
            for member in archive.getmembers():
                if member.name.endswith(".csv"):
                    member.name = Path(member.name).name
                    archive.extract(member, sources, filter="data")
    for file in data.glob("*.csv"):
        (sources / file.name).symlink_to(file.resolve())
    (home / "nightshelf.toml").write_text(SETTINGS.read_text().replace("{source}", str(sources)))
    make_user_key(home)
    return home


def days_of(home: Path) -> list[date]:
    """The days of the files of a shop."""
    return [date.fromisoformat(file.stem) for file in sorted((home / "sources").glob("*.csv"))]


def run(night: Night) -> Night:
    for step in MEASURED:
        run_step(step, night.work, log=lambda line: None)
    return night


def idle(night: Night) -> None:
    """Start and stop what the measured steps start: an engine each for two of them, and the libraries of the third."""
    start = "from spark_jobs.engine import session\nfrom pipelines.night.night import Night\nfrom pathlib import Path\n"
    start += f"with session('idle', Night.load(Path({str(night.work)!r})).settings.spark) as s: s.range(1).count()\n"
    script = night.work / "idle.py"
    script.write_text(start)
    for name in SPARK_STEPS:
        argv = command(STEPS[name], night)
        place = argv.index("--night") - 1
        subprocess.run(
            [*argv[:place], str(script)], env=environment(night.settings.spark), check=True, capture_output=True
        )
    libraries = [sys.executable, "-c", "import pipelines.quality.check"]
    subprocess.run(libraries, env=environment(night.settings.spark), check=True, capture_output=True)


def measured(work: Callable[[], object]) -> Cost:
    """Cost of `work`, with all processes that it starts and waits for."""
    before, cpu, began = _read_bytes(), _cpu(), time.monotonic()
    work()
    return Cost(round(_cpu() - cpu, 2), round((_read_bytes() - before) / 1e6, 2), round(time.monotonic() - began, 2))


def contents(night: Night) -> dict[str, tuple[int, str]]:
    """Rows and content hash of clean, feature and quarantine tables."""
    return {t.name: files_hash(files_of_table(night, t), t) for t in (*CLEAN, QUARANTINE, *FEATURES)}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _read_bytes() -> int:
    """Bytes that this process and the processes that it waited for have read."""
    lines = Path(f"/proc/{os.getpid()}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


if __name__ == "__main__":
    main()
