"""A day that drifted, from its file on: cleaned, compared with the Mondays before, stopped or reported by settings."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import date, timedelta

import pytest

from demo_shop.write import write_demo_shop
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.user_key import make_user_key
from pipelines.quality.check import main as check
from pipelines.settings.load import check_settings
from pipelines.settings.render import render_toml
from spark_jobs.build_features import build_features
from spark_jobs.clean import clean
from tests.integration.conftest import WITHOUT_REVIEWS

pytestmark = pytest.mark.night

LAST = date(2025, 3, 24)
LENIENT = {"stop_price": 1000.0, "stop_one_user": 1.0, "stop_drift": 100.0}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A shop of four Mondays on which the same happened."""
    home = tmp_path_factory.mktemp("drift")
    write_demo_shop(home / "sources", seed=7, days=8, users=45, products=60, last_day=LAST, clean=True)
    events = home / "sources" / "events"
    delivered = gzip.decompress((events / f"events-{LAST}.jsonl.gz").read_bytes()).decode()
    monday = "\n".join(delivered.splitlines()[::2])  # so few that one user with all of them is no robot
    for file in events.glob("*"):
        file.unlink()
    for day in (LAST - timedelta(weeks=w) for w in range(4)):
        (events / f"events-{day}.jsonl.gz").write_bytes(gzip.compress(monday.replace(str(LAST), str(day)).encode()))
    make_user_key(home)
    return home


@pytest.fixture
def judged(home, spark, capsys):
    """Clean, build features and check a night whose last day has these lines.

    Gives back exit code, what does not hold, and what was said.
    """

    def night_of(change, **checks):
        settings = WITHOUT_REVIEWS | {"checks": {"least_rows_to_compare": 50, "warn_one_user": 0.4, **checks}}
        (home / "nightshelf.toml").write_text(render_toml(check_settings(settings)))
        file = home / "sources" / "events" / f"events-{LAST}.jsonl.gz"
        as_delivered = file.read_bytes()
        lines = [json.loads(line) for line in gzip.decompress(as_delivered).splitlines()]
        file.write_bytes(gzip.compress("\n".join(map(json.dumps, change(lines))).encode(), mtime=0))
        try:
            night = open_night(home, LAST, RunOptions())
            clean(spark, night)
            build_features(spark, night)
            check(["--night", str(night.work), "--tables", "inputs"])
            code = 0
        except SystemExit as stopped:
            code = stopped.code
        finally:
            file.write_bytes(as_delivered)
        report = json.loads((night.work / "quality" / "inputs.json").read_text())
        return code, {b["check"]: b for b in report["broken"] if b["table"] == "day_drift"}, capsys.readouterr().err

    return night_of


def as_it_was(lines):
    return lines


def halved(lines):
    return lines[::2]


def dearer(lines):
    return [line | ({"price": line["price"] * 100} if "price" in line else {}) for line in lines]


def by_one_user(lines):
    return [line | {"user_id": "u000001"} for line in lines]


def test_a_usual_monday_passes(judged):
    code, broken, _ = judged(as_it_was)
    assert (code, broken) == (0, {})


def test_half_the_volume_is_reported_and_stopped_where_the_settings_say(judged):
    code, broken, _ = judged(halved)
    assert code == 0
    says = broken["volume"]["says"]
    assert "times the rows of a usual weekday: " in says
    assert says.endswith(
        "the median of the 3 Mondays before "
        "(allowed: at least 0.6, [checks] warn_volume and at most 2.5, [checks] warn_volume_above)"
    )
    code, broken, said = judged(halved, stop_volume=0.7)
    assert code == 3
    assert "(allowed: at least 0.7, [checks] stop_volume)" in said


def test_prices_times_100_stop_the_night_with_what_to_do(judged):
    code, broken, said = judged(dearer)
    assert code == 3
    assert {"price level stop", "price level"} <= set(broken)
    assert "day_drift: price level stop: " in said
    assert "(allowed: at most 10, [checks] stop_price)" in said
    assert "If the data is right, change the key that is named and run the night again." in said


def test_swapped_categories_are_told_without_their_names(judged, home):
    with (home / "sources" / "products.csv").open() as rows:
        kinds = {row["product_id"]: row["categories"].split(" > ")[0] for row in csv.DictReader(rows)}
    order = [kind for kind, _ in Counter(kinds.values()).most_common()]
    of_kind = {kind: [p for p, theirs in kinds.items() if theirs == kind] for kind in order}
    other = {p: of_kind[order[-1 - order.index(kind)]][0] for p, kind in kinds.items()}
    code, broken, said = judged(lambda lines: [line | {"product_id": other[line["product_id"]]} for line in lines])
    told = broken["categories"]["says"]
    assert code == (3 if "categories stop" in broken else 0)
    assert "of 2025-03-24 is of another kind than on the 3 Mondays before" in told
    assert not [kind for kind in order if kind in told + said]


def test_all_events_by_one_user_stop_the_night_unless_the_settings_allow_it(judged):
    code, broken, said = judged(by_one_user)
    assert code == 3
    assert "day_drift: one user stop: 1 of the day's events by one user: " in said
    code, broken, _ = judged(by_one_user, **LENIENT, stop_share=1.0)
    assert (code, broken["one user"]["severity"]) == (0, "warn")
