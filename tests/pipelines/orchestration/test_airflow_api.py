"""What is asked of an Airflow that is busy, that refuses, and that is not there: over HTTP, on this machine."""

import json
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pipelines.errors import StepFailed
from pipelines.orchestration.airflow_api import AirflowClient

DAY = date(2025, 3, 31)


@contextmanager
def airflow_that_says(*answers):
    """An Airflow that gives these answers (status, body), one after the other, and what it was asked."""
    asked, left = [], list(answers)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/auth/token":
                return self.say(201, {"access_token": "t"})
            asked.append((self.path, body))
            return self.say(*left.pop(0))

        def say(self, status, body):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield AirflowClient(f"http://127.0.0.1:{server.server_port}", "admin", "secret", "Europe/Berlin"), asked
        server.shutdown()


def test_one_that_is_busy_is_asked_again():
    busy = (503, {"detail": "Database is locked."})
    with airflow_that_says(busy, busy, (200, {"id": 7})) as (there, asked):
        assert there.start_backfill("backfill_days", DAY, DAY, parallel=2) == 7
    assert len(asked) == 3
    assert {body["from_date"] for _, body in asked} == {"2025-03-31T00:00:00+02:00"}


def test_one_that_refuses_is_asked_once_and_its_reason_is_told():
    told = r"refuses POST api/v2/backfills \(409\).*already a running backfill"
    refusal = airflow_that_says((409, {"detail": "already a running backfill"}))
    with refusal as (there, asked), pytest.raises(StepFailed, match=told):
        there.start_backfill("backfill_days", DAY, DAY, parallel=2)
    assert len(asked) == 1


def test_one_that_is_not_there_is_named():
    with airflow_that_says() as (there, _):
        pass
    with pytest.raises(StepFailed, match="does not answer"):
        there.start_backfill("backfill_days", DAY, DAY, parallel=2)
