"""The Airflow of a home on this machine: its settings, its database, its login and its port."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import metadata, util
from pathlib import Path

from pipelines.errors import StepFailed
from pipelines.file_lock import locked

DAG_ID = "nightly_recommendations"
POOLS = {"gpu": "one training at a time", "spark": "one Spark driver at a time"}


def dags_folder() -> Path:
    """The folder of the DAG files: NIGHTSHELF_DAGS, or `dags/` beside the installed packages."""
    if given := os.environ.get("NIGHTSHELF_DAGS"):
        return Path(given)
    spec = util.find_spec("pipelines")
    folder = Path(next(iter(spec.submodule_search_locations or ()))).parent / "dags" if spec else Path("dags")
    if not folder.is_dir():
        raise StepFailed(f"no DAG files at {folder}; set NIGHTSHELF_DAGS to the folder that holds {DAG_ID}.py.")
    return folder.resolve()


def airflow_environment(home: Path, port: int = 8080) -> dict[str, str]:
    """The caller's environment, with an Airflow whose files are in HOME/airflow and which listens on 127.0.0.1 only."""
    folder = home.resolve() / "airflow"
    settings = {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags_folder()),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
        "AIRFLOW__CORE__FERNET_KEY": "",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API_AUTH__JWT_SECRET": _secret(folder / "jwt.secret"),
        "AIRFLOW__API__SECRET_KEY": _secret(folder / "api.secret"),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(folder / "bundles"),  # by default in /tmp, for all homes
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",  # Airflow sets them whatever the umask is
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
        "NIGHTSHELF_HOME": str(home.resolve()),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    return os.environ | settings


def _secret(file: Path) -> str:
    """The secret in `file`, made at the first call and readable by the owner only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
    return file.read_text()


def airflow(*arguments: str) -> list[str]:
    """The command line of the Airflow that this Python has installed."""
    return [sys.executable, "-m", "airflow", *arguments]


def prepare_database(home: Path, log: Callable[[str], None]) -> None:
    """Create or migrate Airflow's SQLite database and its pools, once for each version of Airflow."""
    marker = home / "airflow" / "migrated.json"
    state = {"airflow": metadata.version("apache-airflow"), "pools": POOLS}
    if marker.is_file() and json.loads(marker.read_text()) == state:
        return
    log("preparing Airflow's database (once)")
    env = airflow_environment(home)
    pools = home / "airflow" / "pools.json"
    pools.write_text(
        json.dumps({n: {"slots": 1, "description": d, "include_deferred": False} for n, d in POOLS.items()})
    )
    for arguments in (("db", "migrate"), ("pools", "import", str(pools))):
        done = subprocess.run(airflow(*arguments), env=env, capture_output=True, text=True)
        if done.returncode != 0:
            raise StepFailed(f"airflow {' '.join(arguments)} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    marker.write_text(json.dumps(state))


@contextmanager
def claim_airflow_port(home: Path, port: int) -> Iterator[int]:
    """Record `port` as that of the home's Airflow until the block ends; yields `port`.

    Where another process has recorded one, yields the port of that Airflow instead.
    """
    file = home / "airflow" / "port"
    with ExitStack() as held:
        try:
            held.enter_context(locked(file, wait=False))
        except BlockingIOError:
            port = int(file.read_text())
        else:
            file.write_text(str(port))
        yield port


def admin_login(home: Path) -> tuple[str, str]:
    """User and password of the home's Airflow, made at the first call and readable by the owner only."""
    file = home / "airflow" / "passwords.json"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump({"admin": secrets.token_urlsafe(12)}, out)
    user, password = next(iter(json.loads(file.read_text()).items()))
    return user, password
