"""HTTP to services on this machine: one time limit and one retry policy."""

from __future__ import annotations

from pathlib import Path

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from pipelines.errors import StepFailed

TIMEOUT_S = 120  # a service must have started, and a busy one must have answered, within this time
LONGEST_PAUSE_S = 2  # between two tries


def retry_on(error: type[Exception]) -> Retrying:
    """Retries a call that raises `error`, for TIMEOUT_S seconds with random pauses; then raises the last error."""
    return Retrying(
        retry=retry_if_exception_type(error),
        wait=wait_random_exponential(max=LONGEST_PAUSE_S),
        stop=stop_after_delay(TIMEOUT_S),
        reraise=True,
    )


def wait_until_healthy(url: str, log: Path) -> None:
    """Return once `url` answers without an error. Raises StepFailed that names `log` after TIMEOUT_S seconds."""
    try:
        retry_on(httpx.HTTPError)(_get, url)
    except httpx.HTTPError as failure:
        raise StepFailed(f"{url} did not answer within {TIMEOUT_S} s ({failure}); read {log}") from failure


def _get(url: str) -> None:
    httpx.get(url, timeout=5, trust_env=False).raise_for_status()
