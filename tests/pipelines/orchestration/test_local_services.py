"""A real Airflow of a home: set up by two at once, its secrets, its addresses, its owner, and a closed terminal."""

import json
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import date

import httpx
import psutil
import pytest

from demo_shop.write import write_demo_shop
from pipelines.file_lock import locked
from pipelines.night.user_key import load_user_key, make_user_key
from pipelines.orchestration.airflow_owner import Owner, holders_of, own_airflow
from pipelines.orchestration.local_airflow import airflow, airflow_environment, encrypt_connections
from pipelines.orchestration.services import free_port

pytestmark = pytest.mark.slow

PREPARE = (
    "import sys; from pathlib import Path\n"
    "from pipelines.orchestration.local_airflow import admin_login, prepare_database\n"
    "prepare_database(Path(sys.argv[1]), print); print(admin_login(Path(sys.argv[1]))[1])"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A small shop, whose Airflow two processes have set up at once."""
    home = tmp_path_factory.mktemp("services") / "shop"
    write_demo_shop(home / "sources", seed=5, days=6, users=20, products=28, last_day=date(2025, 3, 31))
    sources = {"events": "events", "products": "products.csv"}
    toml = "".join(f'[sources.{name}]\npath = "sources/{path}"\n' for name, path in sources.items())
    (home / "nightshelf.toml").write_text(f'{toml}[schedule]\ncron = ""\n')
    make_user_key(home)
    argv = [sys.executable, "-c", PREPARE, str(home)]
    both = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, umask=0o077) for _ in range(2)]
    said = [process.communicate(timeout=300)[0].splitlines() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(map(len, said)) == [1, 2], "one prepares the database, the other one waits"
    assert said[0][-1] == said[1][-1], "both know the same password"
    return home


def test_a_connection_that_stood_in_clear_is_encrypted_and_can_be_read(home):
    database, env = home / "airflow" / "airflow.db", airflow_environment(home)
    key = load_user_key(home, {}).decode()
    add = ["connections", "add", "nightshelf_user_key", "--conn-type", "generic", "--conn-password", key]
    subprocess.run(airflow(*add), env=env | {"AIRFLOW__CORE__FERNET_KEY": ""}, check=True, capture_output=True)
    assert key.encode() in database.read_bytes()
    encrypt_connections(home)
    assert key.encode() not in database.read_bytes()
    show = airflow("connections", "get", "nightshelf_user_key", "--output", "json")
    shown = subprocess.run(show, env=env, check=True, capture_output=True, text=True).stdout
    assert json.loads(shown)[0]["password"] == key
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home / "airflow").iterdir() if path.is_file()}
    assert {"airflow.db", "fernet.key", "jwt.secret", "passwords.json"} <= set(modes)
    assert set(modes.values()) == {0o600}


def up(home, *ports):
    words = [f"--{name}={port}" for name, port in zip(("port", "mlflow-port", "report-port"), ports, strict=True)]
    argv = [sys.executable, "-m", "pipelines.cli.main", "up", str(home), *words]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def lines_until(process, word):
    said = []
    for line in process.stdout:
        said.append(line)
        if word in line:
            return said
    pytest.fail("".join(said))


def test_services_listen_on_the_loopback_have_one_owner_and_outlive_it_only_until_the_next(home):
    ports = [free_port() for _ in range(3)]
    first = up(home, *ports)
    assert "Every account of this machine can read the reports" in "".join(lines_until(first, "Ctrl-C stops them all"))
    services = psutil.Process(first.pid).children(recursive=True)
    try:
        heard = {c.laddr for p in services for c in p.net_connections("tcp") if c.status == psutil.CONN_LISTEN}
        assert {address.port for address in heard} >= set(ports[:2])
        assert {address.ip for address in heard} == {"127.0.0.1"}
        second = up(home, *(free_port() for _ in range(3)))
        said = second.communicate(timeout=180)[0]
        assert second.returncode == 2, said
        assert f"runs already: nightshelf up, process {first.pid}, http://127.0.0.1:{ports[0]}" in said
        assert httpx.get(f"http://127.0.0.1:{ports[0]}/api/v2/monitor/health").is_success
        first.kill()
        first.wait()
        assert len(holders_of(home / "airflow" / "owner.json")) >= 5, "four processes of Airflow, and MLflow"
        with own_airflow(home, Owner.of_this_process("up", ports[0]), print):
            pass
        psutil.wait_procs(services, timeout=30)
        assert [p.cmdline() for p in services if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
    finally:
        for process in (first, *services):
            with suppress(psutil.NoSuchProcess):
                process.kill()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
def test_another_account_reads_no_file_of_the_home_and_reaches_airflow_only_with_the_password(home):
    """MLflow and the reports answer every account of the machine, as SECURITY.md says."""
    airflow_port, mlflow_port, report_port = ports = [free_port() for _ in range(3)]
    services = up(home, *ports)
    lines_until(services, "Ctrl-C stops them all")
    asked = {
        "airflow": f"http://127.0.0.1:{airflow_port}/api/v2/dags",
        "mlflow": f"http://127.0.0.1:{mlflow_port}/api/2.0/mlflow/experiments/search?max_results=1",
        "reports": f"http://127.0.0.1:{report_port}/report/",
    }
    code = (
        "import json, os, sys, urllib.error, urllib.request\n"
        "def status(address):\n"
        "    try:\n"
        "        return urllib.request.urlopen(address).status\n"
        "    except urllib.error.HTTPError as refused:\n"
        "        return refused.code\n"
        "home, asked = sys.argv[1], json.loads(sys.argv[2])\n"
        "seen = [name for name in ('nightshelf.toml', 'airflow/passwords.json') if os.path.exists(f'{home}/{name}')]\n"
        "print(json.dumps([seen, {name: status(address) for name, address in asked.items()}]))\n"
    )
    argv = ["/usr/bin/python3", "-I", "-c", code, str(home), json.dumps(asked)]
    try:
        nobody = subprocess.run(argv, user=65534, group=65534, extra_groups=[], cwd="/", capture_output=True, text=True)
    finally:
        services.terminate()
        services.communicate(timeout=180)
    assert nobody.returncode == 0, nobody.stderr
    assert json.loads(nobody.stdout) == [[], {"airflow": 401, "mlflow": 200, "reports": 200}]


def test_closing_the_terminal_ends_the_night_in_one_sentence(home):
    argv = [sys.executable, "-m", "pipelines.cli.main", "run", str(home), "--date", "2025-03-31"]
    night = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 300
    while not list(home.glob("tmp/*")):  # the first step of Spark begins
        assert night.poll() is None, night.communicate()
        assert time.monotonic() < end
        time.sleep(0.1)
    night.send_signal(signal.SIGHUP)
    _, said = night.communicate(timeout=180)
    command = f"nightshelf run {home} --date 2025-03-31"
    assert (night.returncode, said) == (129, f"the night was ended by SIGHUP; continue it with: {command}\n")
    (work,) = (home / "staging").iterdir()
    with locked(work / ".lock", wait=False), locked(home / ".writer.lock", wait=False):
        assert not list(home.glob("tmp/*"))
    with closing(sqlite3.connect(home / "airflow" / "airflow.db")) as records:
        assert records.execute("select count(*) from dag_run").fetchall() == [(1,)]
    assert re.search("continue it with", next(home.glob("logs/2025-03-31-*.log")).read_text())
    assert not [p for p in psutil.process_iter() if str(home) in " ".join(_cmdline(p)) and p.pid != os.getpid()]


def _cmdline(process):
    with suppress(psutil.Error):
        return process.cmdline()
    return []
