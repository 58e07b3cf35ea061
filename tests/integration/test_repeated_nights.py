"""Nights that are repeated, killed, of the past, or stopped: tables stay what they are, and readers see no mixture."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import duckdb
import pytest

from pipelines.night.release_tables import open_tables
from pipelines.night.releases import current
from tests.integration.conftest import DEAD_ENDPOINT, FIRST, LAST

pytestmark = pytest.mark.night


def test_a_night_of_the_past_that_is_killed_and_run_again_gives_the_same_tables_and_moves_nothing(shop):
    """The first night again, now that later files are there: killed while it trains, and run once more."""
    release = current(shop.home)
    _kill_in_training(shop.home, FIRST, "--retrain", **DEAD_ENDPOINT)
    assert shop.too_open() == {}
    assert current(shop.home) == release
    assert shop.call("sql", "select count(*) from user_topk").returncode == 0
    done = shop.run(FIRST, "--retrain", **DEAD_ENDPOINT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert current(shop.home) == release
    assert shop.hashes("2025-03-27-02") == shop.hashes("2025-03-27-01")
    again, before = shop.manifest("2025-03-27-02")["model"], shop.manifest("2025-03-27-01")["model"]
    assert (before["alias"], again["alias"]) == ("champion", "")
    assert again["version"] != before["version"]


def _kill_in_training(home, day, *words, **environ):
    argv = [sys.executable, "-m", "pipelines.cli.main", "run", str(home), "--date", str(day), *words]
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    night = subprocess.Popen(argv, env=os.environ | environ, start_new_session=True, **nowhere)
    try:
        _wait_for_training(home, night)
    finally:
        os.killpg(night.pid, signal.SIGKILL)
        night.wait()
        _end_orphans(home)


def _wait_for_training(home, night):
    end = time.monotonic() + 300
    while time.monotonic() < end and night.poll() is None:
        if _processes("training.train", home):
            time.sleep(4)
            return
        time.sleep(0.3)
    pytest.fail("the night never came to training")


def _processes(word, home):
    """Ids of processes whose command line names both."""
    found = []
    for folder in os.listdir("/proc"):
        if folder.isdigit():
            try:
                with open(f"/proc/{folder}/cmdline") as file:
                    line = file.read()
            except OSError:
                continue
            if word in line and str(home) in line:
                found.append(int(folder))
    return found


def _end_orphans(home):
    for process in _processes("--night", home):
        os.kill(process, signal.SIGKILL)


@contextmanager
def dripping_endpoint():
    """The address of an endpoint whose answers never end."""

    class Dripping(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b" ")
                    time.sleep(0.1)
            except OSError:  # the night did not wait
                pass

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


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


def test_a_night_does_without_an_endpoint_that_is_dead(shop):
    templates_spoke(shop, "2025-03-27-01", "Connection refused")


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


def test_a_day_without_events_is_an_honest_empty_result_even_without_training_and_with_a_slow_endpoint(shop):
    day = date(2025, 4, 1)
    events = shop.home / "sources" / "events"
    (events / f"events-{day}.jsonl.gz").write_bytes(gzip.compress(b"", mtime=0))
    with dripping_endpoint() as address:
        slow = {"GENERATOR": address, "ENDPOINT_SECONDS": "0.5", "ENDPOINT_TRIES": "1"}
        done = shop.run(day, "--skip-training", **{f"NIGHTSHELF__TEXTS__{name}": value for name, value in slow.items()})
    assert done.returncode == 0, done.stdout + done.stderr
    assert current(shop.home) == "2025-04-01-01"
    templates_spoke(shop, "2025-04-01-01", "timed out")
    with open_tables(shop.home) as engine:
        query = "select count(*) filter (day = ?), count(*) from events"
        ((that_day, all_days),) = engine.execute(query, [day]).fetchall()
    assert that_day < all_days / 100  # a few rows just after midnight lie in the file of the day before
    assert shop.manifest()["tables"]["user_topk"]["rows"] > 0
    assert shop.manifest()["model"]["version"] == shop.manifest("2025-03-31-01")["model"]["version"]
