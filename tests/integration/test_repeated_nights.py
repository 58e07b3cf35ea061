"""Nights that are repeated, killed, of the past, or stopped: tables stay what they are, and readers see no mixture."""

import gzip
import json
import sys
import time
from collections import Counter
from datetime import date

import duckdb
import pytest

from pipelines.night.release_tables import open_tables
from pipelines.night.releases import current
from pipelines.night.steps import STEPS
from tests.faults.family import kill
from tests.faults.shop import Started
from tests.integration.conftest import FIRST, LAST

pytestmark = pytest.mark.night


DEAD_ENDPOINT = {"NIGHTSHELF__TEXTS__GENERATOR": "http://127.0.0.1:9/v1"}
KILLS = (("features", "jvm"), ("train", "all"), ("rank", "airflow"))  # step, and who is killed while it runs


def test_a_night_of_the_past_that_is_killed_and_run_again_gives_the_same_tables_and_moves_nothing(shop):
    """The first night again, now that later files are there: killed in three steps, and run once more."""
    release = current(shop.home)
    command = [sys.executable, "-m", "pipelines.cli.main", "run", str(shop.home), "--date", str(FIRST), "--retrain"]
    for step, victim in KILLS:
        _kill_in(STEPS[step], victim, Started(command))
        assert shop.too_open() == {}
        assert current(shop.home) == release
        assert shop.call("sql", "select count(*) from user_topk").returncode == 0
    done = shop.run(FIRST, "--retrain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert current(shop.home) == release
    assert shop.hashes("2025-03-27-02") == shop.hashes("2025-03-27-01")
    again, before = shop.manifest("2025-03-27-02")["model"], shop.manifest("2025-03-27-01")["model"]
    assert (before["alias"], again["alias"]) == ("champion", "")
    assert again["version"] != before["version"]


def _kill_in(step, victim, run):
    """Kill the victim some seconds after the step began."""
    while not run.ended() and not run.family.of_step(step):
        time.sleep(0.1)
    time.sleep(3)
    victims = run.family.victims(victim, step)
    assert victims, run.printed()
    kill(victims)
    run.printed()
    assert run.process.returncode != 0


def templates_spoke(shop, release, why):
    """Whether the words of a release are templates', and manifest, page and figures say so."""
    with open_tables(shop.home, release) as engine:
        by = Counter(row for (row,) in engine.execute("select written_by from bundles").fetchall())
        figures = dict(engine.execute("select metric, value from run_metrics where model = 'words'").fetchall())
    words, page = shop.manifest(release)["words"], (shop.home / "releases" / release / "report.html").read_text()
    assert set(by) == {"template"}
    assert words["by_template"] == by["template"]
    assert (figures["by_model"], figures["by_template"]) == (0, 1)
    assert why in words["stopped"]
    assert why in page
    assert f"A template wrote the texts of {by['template']} bundles" in page


def test_the_next_night_is_judged_against_the_model_before(shop):
    manifest, before = shop.manifest("2025-03-31-01"), shop.manifest("2025-03-27-01")
    assert manifest["predecessor"]["release_id"] == before["release_id"]
    assert manifest["predecessor"]["model_version"] == before["model"]["version"]
    figures = duckdb.connect().execute(
        "select model, value from read_parquet(?) where metric = 'ndcg@10' order by model",
        [str(shop.home / "releases" / "2025-03-31-01" / "run_metrics" / "*.parquet")],
    )
    ndcg = dict(figures.fetchall())
    assert {"challenger", "predecessor", "popularity"} <= set(ndcg)
    model = manifest["model"]
    assert model["ranks"] == ("challenger" if model["promote"] else "predecessor")
    if model["promote"]:
        assert ndcg["challenger"] >= ndcg["predecessor"] * 0.99
        assert ndcg["challenger"] > ndcg["popularity"]
    kept = {"challenger": model["challenger"], "predecessor": before["model"]["version"]}
    assert model["version"] == kept[model["ranks"]]


def test_the_registry_tells_of_each_model_what_its_release_tells(shop):
    listed = {m["version"]: m for m in json.loads(shop.models("list", "--json").stdout)}
    for release in ("2025-03-27-01", "2025-03-31-01", "2025-03-27-02"):
        model = shop.manifest(release)["model"]
        assert listed[model["challenger"]]["why"] == model["why"]
    unknown = shop.models("promote", "99")
    assert unknown.returncode == 2
    assert "registered versions: 1, 2" in unknown.stderr


def test_rollback_moves_one_pointer(shop):
    assert shop.call("rollback", "--to", "2025-03-27-01").returncode == 0
    assert current(shop.home) == "2025-03-27-01"
    unknown = shop.call("rollback", "--to", "2024-01-01-01")
    assert unknown.returncode == 2
    assert "kept releases" in unknown.stderr
    assert current(shop.home) == "2025-03-27-01"


def test_a_check_that_fails_stops_the_night_and_touches_nothing(shop):
    release = current(shop.home)
    done = shop.run(LAST, NIGHTSHELF__CHECKS__LEAST_EVENTS="10000000")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "clean events (allowed: at least 10,000,000, [checks] least_events)" in done.stderr
    assert current(shop.home) == release
    assert json.loads(shop.call("doctor", "--json").stdout)[-1]["what"] == "unfinished night"


def test_a_day_without_events_is_an_honest_empty_result_even_without_training_and_with_a_dead_endpoint(shop):
    day = date(2025, 4, 1)
    events = shop.home / "sources" / "events"
    (events / f"events-{day}.jsonl.gz").write_bytes(gzip.compress(b"", mtime=0))
    done = shop.run(day, "--skip-training", **DEAD_ENDPOINT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert current(shop.home) == "2025-04-01-01"
    templates_spoke(shop, "2025-04-01-01", "Connection refused")
    with open_tables(shop.home) as engine:
        query = "select count(*) filter (day = ?), count(*) from events"
        ((that_day, all_days),) = engine.execute(query, [day]).fetchall()
    assert that_day < all_days / 100  # a few rows just after midnight lie in the file of the day before
    assert shop.manifest()["tables"]["user_topk"]["rows"] > 0
    assert shop.manifest()["model"]["version"] == shop.manifest("2025-03-31-01")["model"]["version"]
