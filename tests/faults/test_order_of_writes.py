"""The calls of a job and of publishing, seen by `strace`: what is given its name is on the disk before, with the JVM's
files; `current` comes after the release, and removals come last."""

import re
import subprocess
import sys

import pytest

from pipelines.night.store import COMMIT
from pipelines.night.user_key import make_user_key
from tests.faults.shop import ROOT
from tests.faults.traced import Disk, Renamed, has_strace, trace
from tests.killing import all_faults

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not all_faults(), reason="traced only by `make faults`"),
    pytest.mark.skipif(not has_strace(), reason="strace is not installed (Debian package strace)"),
]
EVENT = '{"user_id": "u%d", "product_id": "mug", "event_type": "view", "ts": "2025-03-10 10:00:0%d"}\n'
SETTINGS = '[sources.events]\npath = "sources/events"\n[sources.products]\npath = "sources/products.csv"\n'
VERSION = re.compile(r"/(landed|clean|quarantine|features)/.*/[0-9a-f]{8,}$")


@pytest.fixture
def home(tmp_path):
    """A home with one day of events."""
    sources = tmp_path / "home" / "sources"
    (sources / "events").mkdir(parents=True)
    (sources / "events" / "2025-03-10.jsonl").write_text("".join(EVENT % (n, n) for n in range(9)))
    (sources / "products.csv").write_text("product_id,title\nmug,Mug\n")
    (sources.parent / "nightshelf.toml").write_text(SETTINGS)
    make_user_key(sources.parent)
    return sources.parent


def named(renames: list[Renamed], home) -> dict[str, Renamed]:
    """The renames that give committed folders, and `current`, their names."""
    return {
        rename.target.removeprefix(f"{home}/"): rename
        for rename in renames
        if VERSION.search(rename.target) or re.search(r"/(releases/[\d-]+|current)$", rename.target)
    }


def test_the_files_of_the_jvm_are_on_the_disk_before_a_day_has_its_name(home, tmp_path):
    command = [sys.executable, "-m", "pipelines.cli.main", "step"]
    opened = subprocess.run(
        [*command, "open", home, "--date", "2025-03-10"], check=True, capture_output=True, text=True, cwd=ROOT
    )
    work = opened.stdout.strip()
    lines = trace([*command, "clean", str(home), "--night", work], tmp_path / "trace.txt", cwd=ROOT)
    commits = named(Disk().play(lines), home)
    assert [name for name, rename in commits.items() if rename.unsynced] == []
    areas = {name.split("/")[0] for name in commits}
    assert {"landed", "clean"} <= areas
    written_by_jvm = [name for name in commits if list((home / name).glob("part-*.parquet"))]
    assert written_by_jvm
    assert all((home / name / COMMIT).is_file() for name in commits)


def test_publishing_syncs_the_release_then_points_to_it_then_removes(copy_of, tmp_path):
    home = copy_of("home")
    (work,) = (home / "staging").iterdir()
    lines = trace([sys.executable, "-m", "pipelines.publish.publish", "--night", str(work)], tmp_path / "t", cwd=ROOT)
    renames = Disk().play(lines)
    order = [rename.target.removeprefix(f"{home}/") for rename in renames]
    release, pointer = order.index("releases/2026-03-31-01"), order.index("current")
    removal = next(n for n, name in enumerate(order) if name.startswith("releases/.removed-"))
    assert release < pointer < removal
    assert renames[release].unsynced == []
    assert f"{home}/releases" not in renames[pointer].unnamed  # the name of the release was on the disk
    assert str(home) not in renames[removal].unnamed  # and that of the pointer, when the oldest release went
