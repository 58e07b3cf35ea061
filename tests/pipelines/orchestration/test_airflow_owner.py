"""One process runs the Airflow of a home; what a killed one left is ended by the next."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from pipelines.errors import SettingsError
from pipelines.orchestration.airflow_owner import AirflowRuns, Owner, own_airflow

FIRST = """
import subprocess, sys
from pathlib import Path
from pipelines.orchestration.airflow_owner import Owner, own_airflow
with own_airflow(Path(sys.argv[1]), Owner.of_this_process("up", 8080), print) as lock:
    service = subprocess.Popen(["sleep", "300"], start_new_session=True, pass_fds=(lock,))
    print(service.pid, flush=True)
    sys.stdin.read()
    service.kill()
    service.wait()
"""


@pytest.fixture
def first(tmp_path):
    """The first owner of the home `tmp_path`, another process, and the id of its service."""
    argv = [sys.executable, "-c", FIRST, str(tmp_path)]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process, int(process.stdout.readline())
    if process.poll() is None:
        process.communicate()


def test_a_second_owner_is_refused_with_the_first_ones_process_and_address(tmp_path, first):
    process, service = first
    sentence = rf"runs already: nightshelf up, process {process.pid}, http://127.0.0.1:8080\. .*: kill {process.pid}"
    for command in ("up", "backfill"):
        second = own_airflow(tmp_path, Owner.of_this_process(command, 41000), print)
        with pytest.raises(AirflowRuns, match=sentence) as refused, second:
            pass
        assert refused.value.owner.port == 8080
        assert isinstance(refused.value, SettingsError)
    assert psutil.pid_exists(service)
    process.communicate("")
    with own_airflow(tmp_path, Owner.of_this_process("up", 41000), print):
        pass


def test_what_a_killed_owner_left_is_ended_by_the_next_one(tmp_path, first):
    process, service = first
    process.kill()
    process.wait()
    assert psutil.pid_exists(service)
    said = []
    with own_airflow(tmp_path, Owner.of_this_process("up", 41000), said.append):
        pass
    assert said == [
        f"services of {tmp_path} are still running, but what started them was killed; ending processes {service}"
    ]
    end = time.monotonic() + 10
    while psutil.pid_exists(service) and psutil.Process(service).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_another_process_with_the_id_of_a_dead_owner_is_not_the_owner():
    assert Owner.of_this_process("up", 8080).is_alive()
    assert not Owner(os.getpid(), 1.0, "up", 8080).is_alive()
