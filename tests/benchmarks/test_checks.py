"""The measurement of checks does what it says, on few rows: every part is there, and nothing is broken."""

from __future__ import annotations

import json

import pytest

from benchmarks.checks import LAST, run
from pipelines.night.night import Night
from pipelines.settings.load import check_settings

pytestmark = pytest.mark.slow


def test_all_parts_are_measured(spark, tmp_path):
    settings = check_settings({"ranking": {"k": 20}})
    night = Night(tmp_path, LAST, "run", f"{LAST}-01", "f" * 8, settings, {}, {}, (), "k", LAST)
    night.save()
    costs = run(spark, night, 4000)
    assert set(costs) == {
        "sums of events by day", "profiles of days", "numbers of user_topk", "Great Expectations, Data Docs", "all",
    }  # fmt: skip
    assert all(cost["cpu_seconds"] > 0 for cost in costs.values())
    lists = json.loads((night.work / "aggregates" / "user_topk.json").read_text())
    assert lists["rows"] == 4000
