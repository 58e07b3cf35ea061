"""What a backfill asks of a running Airflow: its REST interface, on this machine."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from pipelines.errors import StepFailed

PATIENCE = 120  # seconds until Airflow must have read a DAG, and until a busy one must have answered
UNFINISHED = ("queued", "running")


class AirflowBusy(StepFailed):
    """Airflow has no time now, such as while another writes to its database; what was asked was not done."""


@dataclass(frozen=True)
class AirflowClient:
    """An Airflow that answers at `address`, for a shop in `time_zone`."""

    address: str
    user: str
    password: str
    time_zone: str

    def begin(self, dag: str, first: date, last: date, *, at_once: int) -> int:
        """Create a backfill of these dates and give back its number; runs that have ended are run again.

        Raises StepFailed where Airflow refuses, such as while another backfill of the DAG is at work.
        """
        wanted = {
            "dag_id": dag,
            "from_date": self.midnight(first),
            "to_date": self.midnight(last),
            "max_active_runs": at_once,
            "reprocess_behavior": "completed",
        }
        return int(self._ask("POST", "backfills", wanted)["id"])

    def end(self, backfill: int) -> None:
        """Let the backfill be over: runs that wait fail, those at work go on. Airflow itself looks twice a minute."""
        if self._ask("GET", f"backfills/{backfill}")["completed_at"] is None:
            self._ask("PUT", f"backfills/{backfill}/cancel")

    def at_work(self, dag: str) -> list[int]:
        """The backfills of a DAG that are not over."""
        query = urlencode({"dag_id": dag, "order_by": "-id"})
        found = self._ask("GET", f"backfills?{query}")["backfills"]
        return [b["id"] for b in found if b["completed_at"] is None]

    def unfinished(self, dag: str, first: date, last: date) -> int:
        """How many runs of these dates wait or work."""
        days = {"logical_date_gte": self.midnight(first), "logical_date_lte": self.midnight(last)}
        query = urlencode([*days.items(), *(("state", s) for s in UNFINISHED), ("limit", 1)])
        return int(self._ask("GET", f"dags/{dag}/dagRuns?{query}")["total_entries"])

    def wait_for(self, dag: str) -> None:
        """Wait until Airflow knows the DAG. Raises StepFailed where it does not come, or is paused."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if self._ask("GET", f"dags/{dag}")["is_paused"]:
                    raise StepFailed(f"the DAG {dag} is paused, so it does not backfill; switch it on in Airflow.")
                return
            except LookupError as unknown:
                if time.monotonic() > end:
                    raise StepFailed(f"Airflow at {self.address} has no DAG {dag} after {PATIENCE} s.") from unknown
                time.sleep(1)

    def midnight(self, day: date) -> str:
        """When `day` begins in the shop, as Airflow reads it."""
        return datetime.combine(day, clock(), ZoneInfo(self.time_zone)).isoformat()

    def _ask(self, verb: str, path: str, body: Any = None) -> Any:
        """The answer of Airflow, asked again while it is busy.

        Raises LookupError where there is no such thing, StepFailed where it refuses.
        """
        patient = Retrying(
            retry=retry_if_exception_type(AirflowBusy),
            wait=wait_random_exponential(max=10),
            stop=stop_after_delay(PATIENCE),
            reraise=True,
        )
        for attempt in patient:
            with attempt:
                return self._send(verb, f"api/v2/{path}", body, {"Authorization": f"Bearer {self._token()}"})

    def _token(self) -> str:
        body = {"username": self.user, "password": self.password}
        return str(self._send("POST", "auth/token", body, {})["access_token"])

    def _send(self, verb: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        request = Request(
            f"{self.address}/{path}",
            method=verb,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"} | headers,
        )
        try:
            with urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except HTTPError as refused:
            said = refused.read().decode(errors="replace")[:500]
            if refused.code == HTTPStatus.NOT_FOUND:
                raise LookupError(said) from refused
            kind = AirflowBusy if refused.code == HTTPStatus.SERVICE_UNAVAILABLE else StepFailed
            raise kind(f"Airflow refuses {verb} {path} ({refused.code}): {said}") from refused
        except URLError as gone:
            raise StepFailed(f"Airflow at {self.address} does not answer: {gone.reason}.") from gone
