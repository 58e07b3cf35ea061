"""A tiny shop whose nights publish, run step by step as an engineer on call would, and what a night of it gives."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryFile

import psutil

from pipelines.night.releases import current, list_releases
from pipelines.night.steps import STEPS
from pipelines.night.store import COMMIT
from pipelines.night.user_key import key_file
from pipelines.publish.verify import verify_home
from tests.faults.family import Family
from tests.integration.conftest import LAST, WITHOUT_REVIEWS, make_demo_shop

ROOT = Path(__file__).parents[2]
CODE = ("dags", "demo_shop", "pipelines", "recommender", "spark_jobs", "training", "tests/faults")
PAUSE_S = 0.002  # seconds between two looks at a step
NIGHT, BEFORE = LAST, (LAST - timedelta(days=2), LAST - timedelta(days=1))


def code_hash() -> str:
    """A hash of all code that a night runs, and of the code that disturbs it."""
    digest = hashlib.sha256()
    for file in sorted(file for folder in CODE for file in (ROOT / folder).rglob("*") if file.is_file()):
        if "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(ROOT)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


def make_shop(home: Path) -> None:
    """A shop with two published nights. The next one removes the first release."""
    settings = {"guards": {"least_users": 2}, "releases": {"keep": 2}}
    make_demo_shop(home, WITHOUT_REVIEWS | settings, days=8, users=60, products=40, clean=True)
    for day in BEFORE:
        work = Path(start(home, None, "open", day).finish().strip())
        for step in STEPS:
            start(home, work, step).finish()


class Started:
    """A command that runs in a session of its own, and gives way to whoever looks when to kill it."""

    def __init__(self, argv: list[str]) -> None:
        self._output = TemporaryFile("w+")  # noqa: SIM115  # a pipe would fill up while nobody reads
        self.process = subprocess.Popen(
            ["nice", *argv], stdout=self._output, stderr=subprocess.STDOUT, start_new_session=True, cwd=ROOT
        )
        self.family = Family(self.process.pid)

    def ended(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    def printed(self) -> str:
        """What it has printed until its end; waits for that."""
        self.process.wait()
        self._output.seek(0)
        return self._output.read()

    def finish(self) -> str:
        """The same. Raises RuntimeError where it did not end well."""
        printed = self.printed()
        if self.process.returncode:
            words = " ".join(map(str, self.process.args))
            raise RuntimeError(f"{words} ended with {self.process.returncode}: {printed[-2000:]}")
        return printed


def start(home: Path, work: Path | None, step: str, day: date = NIGHT) -> Started:
    """Start a step of the night whose working folder is `work`; `open` has none yet."""
    words = ("--date", str(day)) if work is None else ("--night", str(work))
    return Started([sys.executable, "-m", "pipelines.cli.main", "step", step, str(home), *words])


def start_night(home: Path) -> Started:
    """Start the whole night under Airflow."""
    return Started([sys.executable, "-m", "pipelines.cli.main", "run", str(home), "--date", str(NIGHT)])


@dataclass(frozen=True)
class Result:
    """What a home says after a night."""

    hashes: dict[str, str]  # of the content of each table
    rows: dict[str, dict[str, int]]  # of each table, by release
    in_force: str
    versions: list[str]  # folders of days that are committed
    damage: list[str]


def wait_for_orphans(home: Path) -> None:
    """Wait for the end of steps whose parents were killed."""
    while any(str(home) in " ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])):
        time.sleep(0.5)


def result_of(home: Path) -> Result:
    """Read what the night has left."""
    release, manifests = current(home) or "", {}
    for kept in list_releases(home):
        manifests[kept.release_id] = json.loads((kept.folder / "manifest.json").read_text())
    return Result(
        hashes={name: table["content_hash"] for name, table in manifests[release]["tables"].items()},
        rows={of: {name: t["rows"] for name, t in m["tables"].items()} for of, m in manifests.items()},
        in_force=release,
        versions=sorted(str(file.parent.relative_to(home)) for file in home.rglob(COMMIT)),
        damage=[f"{damage.place}: {damage.wrong}" for damage in verify_home(home)],
    )


def copy(base: Path, home: Path) -> Path:
    """A copy of a home and of its key of user ids, which lies beside it."""
    shutil.copy2(key_file(base), key_file(home))
    return Path(shutil.copytree(base, home, symlinks=True))


def bytes_of_steps(home: Path) -> dict[str, int]:
    """Run the night undisturbed; gives back the bytes that each step, with the process that starts it, writes."""
    written, work = {}, None
    for step in ("open", *STEPS):
        run = start(home, work, step)
        while not run.ended():
            written[step] = run.family.written()
            time.sleep(PAUSE_S)
        printed = run.finish()
        work = work or Path(printed.strip())
    return written
