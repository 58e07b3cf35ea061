"""Commands on one fresh home at once: two runs of one night, and `up` beside a run. A clock that is a year ahead."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import SourceError
from pipelines.orchestration.services import free_port
from tests.faults.shop import NIGHT, Started, copy, result_of, start_night
from tests.integration.conftest import WITHOUT_REVIEWS, make_demo_shop
from tests.killing import all_faults

pytestmark = pytest.mark.skipif(not all_faults(), reason="whole nights are disturbed only by `make faults`")
AHEAD = ("faketime", "-f", "+1y")  # lets a program and its children see a clock that is a year ahead


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A tiny shop without nights, whose Airflow has no schedule."""
    settings = {"guards": {"least_users": 2}, "schedule": {"cron": ""}}
    home = tmp_path_factory.mktemp("fresh") / "home"
    make_demo_shop(home, WITHOUT_REVIEWS | settings, days=8, users=60, products=40, clean=True)
    return home


@pytest.fixture(scope="module")
def calm(fresh, tmp_path_factory):
    """What one undisturbed night gives."""
    home = copy(fresh, tmp_path_factory.mktemp("calm") / "home")
    start_night(home).finish()
    return result_of(home)


def nightshelf(*words, before=()):
    return Started([*before, sys.executable, "-m", "pipelines.cli.main", *map(str, words)])


def test_two_runs_of_one_night_both_end_with_its_one_release(fresh, calm, tmp_path):
    home = copy(fresh, tmp_path / "home")
    for run in [start_night(home), start_night(home)]:
        run.finish()
    assert [folder.name for folder in (home / "releases").glob("*/")] == [calm.in_force]
    assert result_of(home) == calm


def test_services_that_start_beside_a_run_do_not_change_its_tables(fresh, calm, tmp_path):
    home = copy(fresh, tmp_path / "home")
    ports = [f"--{name}={free_port()}" for name in ("port", "mlflow-port", "report-port")]
    services, run = nightshelf("up", home, *ports), start_night(home)
    try:
        run.finish()
        assert not services.ended(), services.printed()
    finally:
        services.process.send_signal(signal.SIGTERM)
    assert "stopping" in services.printed()
    assert result_of(home) == calm


def java_sees_the_clock(folder: Path) -> bool:
    """Whether `faketime` is here, and Java runs under it."""
    if not (shutil.which(AHEAD[0]) and shutil.which("java")):
        return False
    return subprocess.run([*AHEAD, "java", "-version"], capture_output=True, cwd=folder, timeout=60).returncode == 0


def test_under_a_clock_that_is_a_year_ahead_the_night_of_today_is_refused_and_one_with_a_date_is_the_same(
    fresh, calm, tmp_path
):
    if not java_sees_the_clock(tmp_path):
        pytest.skip("no faketime (Debian: apt-get install faketime) under which Java runs")
    home = copy(fresh, tmp_path / "home")
    refused = nightshelf("run", home, before=AHEAD)
    said = refused.printed()
    assert refused.process.returncode == SourceError.exit_code, said
    assert f"the newest event is of {NIGHT}, and the run date is " in said
    assert "[history] most_days_ahead" in said
    assert not (home / "current").is_symlink()
    nightshelf("run", home, "--date", NIGHT, before=AHEAD).finish()
    assert result_of(home) == calm
