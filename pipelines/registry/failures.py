"""Failures of the model registry: each is one sentence that says what is wrong, where, and what to do.

The home's own database is examined, and a server is called, before MLflow, which would try for minutes in silence.
"""

from __future__ import annotations

import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from pipelines.errors import StepFailed
from pipelines.file_lock import PATIENCE_S

LOCK_SECONDS = 60  # that another process may hold the database
REACH_SECONDS = 60  # that a server may need to answer
PAUSE_SECONDS = 5  # between two calls of a server, and the longest wait for one answer
PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}  # of databases that MLflow can use without a server
DAMAGE = ("malformed", "not a database", "no such table", "no such column")  # in what SQLite says
BACKUP = (
    "Put back a copy of this folder from a backup: {folder}. Without one, start a new home from the same source files; "
    "its first night trains a model."
)


def examine_database(database: Path) -> None:
    """Raise StepFailed where the home's own database is damaged, or held by another process for LOCK_SECONDS."""
    try:
        try:
            _examine(database, PATIENCE_S)
        except sqlite3.OperationalError as busy:
            if "locked" not in str(busy):
                raise
            print(f"waiting for another process, which holds {database}", file=sys.stderr, flush=True)
            _examine(database, LOCK_SECONDS)
    except sqlite3.Error as wrong:
        raise StepFailed(sentence(str(database), str(wrong))) from wrong


def _examine(database: Path, patience: float) -> None:
    """Take the lock of a writer, and read all pages. Raises sqlite3.Error."""
    with closing(sqlite3.connect(database, timeout=patience, isolation_level=None)) as connection:
        connection.execute("begin immediate")
        (found,) = connection.execute("pragma quick_check(1)").fetchone()
        connection.execute("select count(*) from registered_models")
        connection.execute("rollback")
    if found != "ok":
        raise sqlite3.DatabaseError(f"malformed: {' '.join(found.split())}")


def lost_database(database: Path, release_id: str) -> StepFailed:
    """The failure of a home with releases and without the database of their models."""
    advice = BACKUP.format(folder=database.parent)
    return StepFailed(f"{database} is missing, which holds the model of release {release_id}. {advice}")


def reach(uri: str) -> None:
    """Return once the server at `uri` answers, with whatever status. Raises StepFailed after REACH_SECONDS."""

    def still_waiting(tried: RetryCallState) -> None:
        why = tried.outcome.exception() if tried.outcome else ""
        seconds = tried.seconds_since_start or 0.0
        print(f"waiting for the model registry at {uri}, {seconds:.0f} s so far: {why}", file=sys.stderr, flush=True)

    try:
        Retrying(
            retry=retry_if_exception_type((httpx.TransportError, OSError)),
            wait=wait_fixed(PAUSE_SECONDS),
            stop=stop_after_delay(REACH_SECONDS),
            before_sleep=still_waiting,
            reraise=True,
        )(_call, uri)
    except (httpx.TransportError, OSError) as wrong:
        raise StepFailed(
            f"the model registry at {uri} did not answer for {REACH_SECONDS} s ({wrong}): start it, or correct "
            "[mlflow] tracking_uri, and run this again."
        ) from wrong


def _call(uri: str) -> None:
    address = urlsplit(uri)
    database = address.scheme.split("+")[0]
    if database in ("http", "https"):
        httpx.get(uri, timeout=PAUSE_SECONDS)
    elif database in PORTS and address.hostname:
        with closing(socket.create_connection((address.hostname, address.port or PORTS[database]), PAUSE_SECONDS)):
            return


def sentence(place: str, says: str) -> str:
    """What a person reads where the registry at `place`, an address or the home's database, failed with `says`."""
    if "database is locked" in says:
        return (
            f"{place} is held by another process, and was waited for: end that process (a backup, or a program in "
            "which the file is open), and run this again."
        )
    if any(word in says for word in DAMAGE) and not urlsplit(place).scheme:
        return f"{place} is damaged ({_first_line(says)}). {BACKUP.format(folder=Path(place).parent)}"
    if "failed with exception" in says:
        return f"the model registry at {place} does not answer any more: run this again. {_first_line(says)}"
    return f"the model registry at {place} answered: {_first_line(says)}"


def _first_line(says: str) -> str:
    return says.splitlines()[0] if says else "no message"
