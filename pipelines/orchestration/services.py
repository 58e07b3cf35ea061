"""Services on this machine: started together, waited for, ended as whole groups; one Airflow a home."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from pipelines.errors import StepFailed
from pipelines.orchestration.night_run import end_group

PATIENCE = 120  # seconds until a service must answer


@contextmanager
def running(services: list[tuple[str, list[str], dict[str, str]]], logs: Path) -> Iterator[None]:
    """Run commands, each in a process group of its own, and end whole groups: standalone leaves orphans else."""
    processes: list[subprocess.Popen[Any]] = []
    try:
        for name, argv, env in services:
            with (logs / f"{name}.log").open("w") as out:
                processes.append(
                    subprocess.Popen(argv, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
                )
        yield
    finally:
        for process in processes:
            end_group(process)


def wait_for(address: str, log: Path) -> None:
    """Wait until `address` answers. Raises StepFailed with the place of the log after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(1)
    raise StepFailed(f"{address} did not answer within {PATIENCE} s; read {log}")


@contextmanager
def airflow_port(home: Path, port: int) -> Iterator[int]:
    """Let `port` be that of the home's Airflow; where one runs already, gives back its port instead."""
    file = home / "airflow" / "port"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note.seek(0)
            yield int(note.read())
            return
        note.truncate(0)
        note.write(str(port))
        note.flush()
        yield port


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def log_in(home: Path) -> tuple[str, str]:
    """User and password of the home's Airflow, made once (0600)."""
    file = home / "airflow" / "passwords.json"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump({"admin": secrets.token_urlsafe(12)}, out)
    return next(iter(json.loads(file.read_text()).items()))
