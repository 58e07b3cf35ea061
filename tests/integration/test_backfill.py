"""Past dates by the command line and Airflow's own backfill: built side by side, once, and nothing is published."""

import json
from datetime import date

import pytest

from pipelines.contracts.events import EVENTS
from pipelines.night.day_versions import missing_versions, versions_read
from pipelines.night.night import Night
from pipelines.state_files import read_state
from tests.integration.conftest import make_tiny_shop

pytestmark = pytest.mark.night
DATES = [date(2025, 3, day) for day in (30, 31)]


def test_days_of_past_dates_are_built_through_airflow_and_not_built_twice(tmp_path):
    shop = make_tiny_shop(tmp_path / "home")
    done = shop.call("backfill", str(DATES[0]), str(DATES[-1]), "--days-only", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    asked = [str(day) for day in DATES]
    assert json.loads(done.stdout) == {"dates": asked, "built": asked, "releases": [], "failed": {}}
    nights = [Night.load(file.parent) for file in sorted((shop.home / "staging").glob("*/night.json"))]
    assert [night.run_date for night in nights] == DATES
    for night in nights:
        days = versions_read(night)[EVENTS.name]
        assert max(days) == str(night.run_date)
        assert not missing_versions(shop.home, EVENTS, days)
        assert read_state(night.work / "account.json")["events"]["rows_clean"] > 0
    runs = list((shop.home / "airflow" / "logs" / "dag_id=backfill_days").iterdir())
    assert len(runs) == len(DATES)
    assert all(run.name.startswith("run_id=backfill__") for run in runs)
    assert not (shop.home / "releases").exists()
    before = {file: file.stat().st_mtime_ns for night in nights for file in night.work.glob("done/*.json")}
    again = shop.call("backfill", str(DATES[0]), str(DATES[-1]), "--days-only")
    assert again.returncode == 0, again.stderr
    assert "2 dates, 0 of them to build" in again.stdout
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert "built days: 2 dates without a release, 2025-03-30 to 2025-03-31" in shop.call("doctor").stdout
