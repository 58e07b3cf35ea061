"""Client of Airflow's REST API: backfills and their runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock
from functools import cached_property
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from pipelines.errors import StepFailed
from pipelines.orchestration.http_client import TIMEOUT_S, retry_on

UNFINISHED_STATES = ["queued", "running"]


class AirflowBusy(StepFailed):
    """Airflow answered 503, such as while its database is locked; the request had no effect."""


@dataclass(frozen=True)
class AirflowClient:
    """The Airflow at `address` (http://HOST:PORT), for a shop whose days begin at midnight in `time_zone`.

    Each method raises StepFailed where Airflow refuses a request or cannot be reached.
    """

    address: str
    user: str
    password: str
    time_zone: str

    def start_backfill(self, dag: str, first: date, last: date, *, parallel: int) -> int:
        """Create a backfill of the dates `first` to `last`, both included, and return its id.

        At most `parallel` runs are active at a time; dates with a run that has ended get a new one. Airflow refuses
        while another backfill of the DAG is unfinished.
        """
        body = {
            "dag_id": dag,
            "from_date": self.midnight(first),
            "to_date": self.midnight(last),
            "max_active_runs": parallel,
            "reprocess_behavior": "completed",
        }
        return int(self._request("POST", "backfills", json=body)["id"])

    def end_backfill(self, backfill: int) -> None:
        """Cancel a backfill that is not complete: queued runs fail, active ones go on.

        Airflow itself marks a backfill as complete only every 30 seconds.
        """
        if self._request("GET", f"backfills/{backfill}")["completed_at"] is None:
            self._request("PUT", f"backfills/{backfill}/cancel")

    def unfinished_backfills(self, dag: str) -> list[int]:
        """Ids of the backfills of a DAG that are not complete, newest first."""
        backfills = self._request("GET", "backfills", params={"dag_id": dag, "order_by": "-id"})["backfills"]
        return [b["id"] for b in backfills if b["completed_at"] is None]

    def count_unfinished_runs(self, dag: str, first: date, last: date) -> int:
        """How many runs of the dates `first` to `last` are queued or running."""
        query = {
            "logical_date_gte": self.midnight(first),
            "logical_date_lte": self.midnight(last),
            "state": UNFINISHED_STATES,
            "limit": 1,
        }
        return int(self._request("GET", f"dags/{dag}/dagRuns", params=query)["total_entries"])

    def wait_for_dag(self, dag: str) -> None:
        """Return once Airflow has read the DAG's file. Raises StepFailed where it does not, or the DAG is paused."""
        try:
            known = retry_on(LookupError)(self._request, "GET", f"dags/{dag}")
        except LookupError as unknown:
            raise StepFailed(f"Airflow at {self.address} has no DAG {dag} after {TIMEOUT_S} s.") from unknown
        if known["is_paused"]:
            raise StepFailed(f"the DAG {dag} is paused, so it does not backfill; switch it on in Airflow.")

    def midnight(self, day: date) -> str:
        """Midnight at the start of `day` in the shop's time zone, in ISO 8601 with its offset."""
        return datetime.combine(day, clock(), ZoneInfo(self.time_zone)).isoformat()

    def _request(self, method: str, path: str, **content: Any) -> Any:
        """The parsed JSON of the answer; sent again while Airflow is busy.

        Raises LookupError where Airflow answers 404, AirflowBusy or StepFailed where it refuses or cannot be reached.
        """
        return retry_on(AirflowBusy)(self._send_with_token, method, f"api/v2/{path}", **content)

    def _send_with_token(self, method: str, path: str, **content: Any) -> Any:
        """Log in for each request, because a token expires while a long backfill runs."""
        login = {"username": self.user, "password": self.password}
        token = self._send("POST", "auth/token", json=login)["access_token"]
        return self._send(method, path, headers={"Authorization": f"Bearer {token}"}, **content)

    def _send(self, method: str, path: str, **content: Any) -> Any:
        try:
            response = self._http.request(method, path, **content)
        except httpx.RequestError as unreachable:
            raise StepFailed(f"Airflow at {self.address} does not answer: {unreachable}.") from unreachable
        if response.is_success:
            return response.json()
        reason = response.text[:500]
        match response.status_code:
            case HTTPStatus.NOT_FOUND:
                raise LookupError(reason)
            case HTTPStatus.SERVICE_UNAVAILABLE:
                kind: type[StepFailed] = AirflowBusy
            case _:
                kind = StepFailed
        raise kind(f"Airflow refuses {method} {path} ({response.status_code}): {reason}")

    @cached_property
    def _http(self) -> httpx.Client:
        """One connection for each request, so that none is used after the server has closed it; no proxy."""
        limits = httpx.Limits(max_keepalive_connections=0)
        return httpx.Client(base_url=self.address, timeout=60, limits=limits, trust_env=False)
