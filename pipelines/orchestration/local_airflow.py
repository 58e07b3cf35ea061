"""The Airflow of a home on this machine: its settings, its processes, its database, its secrets and its login."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from importlib import metadata, util
from pathlib import Path

from cryptography.fernet import Fernet

from pipelines.atomic_files import replacing, write_json
from pipelines.errors import StepFailed
from pipelines.file_lock import locked
from pipelines.orchestration.processes import Command

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
        "AIRFLOW__CORE__FERNET_KEY": _fernet_key(home),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API_AUTH__JWT_SECRET": _made_once(folder / "jwt.secret", _token),
        "AIRFLOW__API__SECRET_KEY": _made_once(folder / "api.secret", _token),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(folder / "bundles"),  # by default in /tmp, for all homes
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",  # Airflow sets them whatever the umask is
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
        "NIGHTSHELF_HOME": str(home.resolve()),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    return os.environ | settings


def _made_once(file: Path, make: Callable[[], str], usable: Callable[[str], object] = str.strip) -> str:
    """The secret in `file`, made by whoever calls first and readable by the owner only; made again where it is damaged.

    `usable` is false, or raises ValueError, for a text that is no such secret.
    """
    with locked(file.with_name(".secrets.lock")):
        if not _holds(file, usable):
            with replacing(file) as part:
                part.touch(0o600)
                part.write_text(make())
    return file.read_text()


def _holds(file: Path, usable: Callable[[str], object]) -> bool:
    try:
        return bool(usable(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return False


_token = partial(secrets.token_hex, 32)


def _fernet_key(home: Path) -> str:
    """The key by which Airflow encrypts passwords of connections in its database. Raises StepFailed where it is no key
    any more: another one could not decrypt these."""
    file = home.resolve() / "airflow" / "fernet.key"
    key = _made_once(file, lambda: Fernet.generate_key().decode(), lambda text: True)
    try:
        Fernet(key)
    except ValueError as damaged:
        raise StepFailed(
            f"{file} is damaged: it is no key any more. Put back a copy from a backup; without one, remove it, and "
            "enter the passwords of Airflow's connections again."
        ) from damaged
    return key


def airflow(*arguments: str) -> list[str]:
    """The command line of the Airflow that this Python has installed."""
    return [sys.executable, "-m", "airflow", *arguments]


def airflow_services(env: dict[str, str]) -> list[Command]:
    """The processes of an Airflow that runs a schedule and answers its API and pages.

    Both log servers are left out: they listen on all addresses, and task logs are files of this machine.
    """
    arguments = (
        ("scheduler", "--skip-serve-logs"),
        ("dag-processor",),
        ("api-server",),
        ("triggerer", "--skip-serve-logs"),
    )
    return [(f"airflow-{name}", airflow(name, *options), env) for name, *options in arguments]


def prepare_database(home: Path, log: Callable[[str], None]) -> None:
    """Create or migrate Airflow's SQLite database and its pools, once for each version of Airflow; who comes second
    waits. Passwords of connections that an earlier version of nightshelf left in clear are encrypted."""
    marker = home / "airflow" / "migrated.json"
    state = {"airflow": metadata.version("apache-airflow"), "pools": POOLS, "encrypted": True}
    with locked(home / "airflow" / ".database.lock"):
        if _holds(marker, lambda text: json.loads(text) == state):
            return
        log("preparing Airflow's database (once)")
        _migrate(home)
        encrypt_connections(home)
        write_json(marker, state)


def _migrate(home: Path) -> None:
    env = airflow_environment(home)
    pools = home / "airflow" / "pools.json"
    write_json(pools, {n: {"slots": 1, "description": d, "include_deferred": False} for n, d in POOLS.items()})
    for arguments in (("db", "migrate"), ("pools", "import", str(pools))):
        done = subprocess.run(airflow(*arguments), env=env, capture_output=True, text=True)
        if done.returncode != 0:
            raise StepFailed(f"airflow {' '.join(arguments)} failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def encrypt_connections(home: Path) -> None:
    """Encrypt what stands in clear in Airflow's connections; `airflow rotate-fernet-key` passes over these."""
    fernet = Fernet(_fernet_key(home))
    with closing(sqlite3.connect(home / "airflow" / "airflow.db")) as records, records:
        records.execute("pragma secure_delete = on")  # no clear text in pages that are free afterwards
        for column, flag in (("password", "is_encrypted"), ("extra", "is_extra_encrypted")):
            clear = f"select id, {column} from connection where {column} <> '' and not {flag}"
            for number, text in records.execute(clear).fetchall():
                update = f"update connection set {column} = ?, {flag} = 1 where id = ?"
                records.execute(update, (fernet.encrypt(text.encode()).decode(), number))


def admin_login(home: Path) -> tuple[str, str]:
    """User and password of the home's Airflow, made at the first call and readable by the owner only."""
    file = home / "airflow" / "passwords.json"
    passwords = _made_once(file, lambda: json.dumps({"admin": secrets.token_urlsafe(12)}), _is_login)
    user, password = next(iter(json.loads(passwords).items()))
    return user, password


def _is_login(text: str) -> bool:
    login = json.loads(text)
    return isinstance(login, dict) and isinstance(login.get("admin"), str)
