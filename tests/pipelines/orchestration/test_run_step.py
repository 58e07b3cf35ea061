"""A step runs once, under its locks, in a process of its own; the reason of a failure reaches the caller."""

import fcntl
import json
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import date

import pytest

from pipelines import errors
from pipelines.atomic_files import write_json
from pipelines.night.home_locks import night_lock, writer_lock
from pipelines.night.night import Night
from pipelines.night.releases import point_to
from pipelines.night.steps import STEPS, Step
from pipelines.orchestration.failures import night_failure
from pipelines.orchestration.run_step import run_step
from pipelines.orchestration.step_command import command
from pipelines.settings.load import check_settings
from pipelines.settings.tree import Settings


@pytest.fixture
def night(tmp_path):
    night = Night(
        tmp_path, date(2025, 3, 31), "run", "2025-03-31-01", "f", Settings(), {}, {}, (), "k", date(2025, 3, 31)
    )
    night.save()
    return night


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Replace the modules of the steps `clean` and `features` by a file with the given Python code."""

    def use(text):
        (tmp_path / "script_step.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        for name in ("clean", "features"):
            monkeypatch.setitem(STEPS, name, Step(name, "python", "script_step"))

    return use


CALLER = (
    "import sys; from pathlib import Path\n"
    "from pipelines.night.steps import STEPS, Step\n"
    "from pipelines.orchestration.run_step import run_step\n"
    "STEPS['clean'] = Step('clean', 'python', 'script_step')\n"
    "run_step('clean', Path(sys.argv[1]))"
)


def lines(night, name="clean", **kwargs):
    """The lines that running a step logs."""
    logged = []
    run_step(name, night.work, log=logged.append, **kwargs)
    return logged


def test_a_step_runs_once_and_its_time_is_recorded(night, script):
    script("print('hello')")
    assert lines(night)[0] == "hello"
    assert night.done("clean")["seconds"] >= 0
    assert "done before" in lines(night)[0]
    assert lines(night, again=True)[0] == "hello"


def test_running_a_step_again_forgets_the_later_ones(night, script):
    script("print('hello')")
    lines(night, "clean")
    lines(night, "features")
    lines(night, "clean", again=True)
    assert night.done("features") is None


@pytest.mark.parametrize("kind", [errors.SettingsError, errors.CheckFailed, errors.SourceError, errors.StepFailed])
def test_a_failure_keeps_its_class_and_its_reason(night, script, kind):
    script(
        "import sys; from pathlib import Path\n"
        "from pipelines import errors\n"
        "from pipelines.night.night import Night\n"
        "from pipelines.night.step_process import step_main\n"
        f"with step_main(Night.load(Path(sys.argv[2])), 'clean'): raise errors.{kind.__name__}('the shop is closed')"
    )
    with pytest.raises(kind, match="the shop is closed"):
        lines(night)
    assert json.loads((night.work / "failure.json").read_text())["exit_code"] == kind.exit_code
    assert night.done("clean") is None


def test_a_killed_process_is_reported_with_its_exit_code(night, script):
    script("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(errors.StepFailed, match="clean ended with code -9"):
        lines(night)
    assert (night.work / "failure.json").is_file()


def test_the_reason_of_an_earlier_failure_is_not_given_again(night, script):
    (night.work / "failure.json").write_text('{"step": "clean", "why": "it rained", "exit_code": 4}')
    script("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(errors.StepFailed, match="clean ended with code -9"):
        lines(night)


def test_an_unknown_step_is_refused_with_the_names_of_all(night):
    with pytest.raises(errors.SettingsError, match="clean, features"):
        run_step("bake", night.work)


def test_a_folder_without_a_night_is_refused(tmp_path):
    with pytest.raises(errors.StepFailed, match="is no night"):
        run_step("clean", tmp_path)


def test_local_and_cluster_are_the_same_command_but_for_the_master(night):
    here = command(STEPS["clean"], night)
    there = command(STEPS["clean"], replace(night, settings=check_settings({"spark": {"master": "spark://h:7077"}})))
    assert here[0].endswith("spark-submit")
    assert [w for w in here if w not in there] == ["local[*]"]
    assert there[there.index("--master") + 1] == "spark://h:7077"


def test_at_most_four_spark_processes_a_night():
    assert sum(s.engine == "spark" for s in STEPS.values()) <= 4


def test_a_night_is_read_back_as_it_was_written(night):
    assert Night.load(night.work) == replace(night, home=night.home.resolve())


def test_json_is_written_whole(tmp_path):
    write_json(tmp_path / "a" / "b.json", {"x": date(2025, 1, 1)})
    assert json.loads((tmp_path / "a" / "b.json").read_text()) == {"x": "2025-01-01"}
    assert [f.name for f in (tmp_path / "a").iterdir()] == ["b.json"]


def test_a_step_that_outlives_its_parent_keeps_the_lock(tmp_path):
    with writer_lock(tmp_path, wait=False) as lock:
        orphan = subprocess.Popen(["sleep", "60"], pass_fds=(lock,))
    with pytest.raises(errors.StepFailed, match="try again when it has ended"), writer_lock(tmp_path, wait=False):
        pass
    orphan.kill()
    orphan.wait()
    with writer_lock(tmp_path, wait=False):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_ending_the_caller_ends_the_step(night, script, tmp_path, number):
    script(f"import time; open({str(tmp_path / 'began')!r}, 'w').close(); time.sleep(60)")
    process = subprocess.Popen([sys.executable, "-c", CALLER, str(night.work)])
    while not (tmp_path / "began").exists():
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(20) == 128 + number
    with writer_lock(night.home, wait=True):
        assert night.done("clean") is None


WAIT_FOR_THE_OTHER = """
import sys, time
from pathlib import Path
work = Path(sys.argv[2])
(work / "here").touch()
for _ in range(600):
    if len(list(work.parent.glob("*/here"))) == 2:
        sys.exit(0)
    time.sleep(0.05)
sys.exit("the other night did not start")
"""


def test_nights_run_side_by_side_and_publishing_waits_for_both(night, script):
    script(WAIT_FOR_THE_OTHER)
    other = replace(night, run_id="other")
    other.save()
    both = [subprocess.Popen([sys.executable, "-c", CALLER, str(n.work)]) for n in (night, other)]
    assert [process.wait(60) for process in both] == [0, 0]
    with night_lock(night.home, night.work):
        with night_lock(night.home, other.work):
            pass
        with pytest.raises(errors.StepFailed, match="try again when it has ended"), writer_lock(night.home, wait=False):
            pass
    with writer_lock(night.home, wait=False):
        pass


def test_a_waiting_writer_is_not_overtaken_by_later_nights(night):
    """Otherwise the nights of a backfill, which overlap, would delay publishing until its end."""
    order = []
    with ThreadPoolExecutor(2) as pool, ExitStack() as locks:
        locks.enter_context(night_lock(night.home, night.work))
        writer = pool.submit(_take, writer_lock(night.home, wait=True), order, "publish")
        while not _is_locked(night.home / ".writer.door"):
            time.sleep(0.01)
        later = pool.submit(_take, night_lock(night.home, _folder(night.home / "late")), order, "late night")
        locks.close()
        writer.result(20)
        later.result(20)
    assert order == ["publish", "late night"]


def _take(lock, order, name):
    with lock:
        order.append(name)


def _is_locked(file):
    with file.open("a") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _folder(path):
    path.mkdir()
    return path


def test_publishing_again_names_the_release(night):
    write_json(night.home / "releases" / "2025-03-31-02" / "manifest.json", {"run_id": "run", "model": {}})
    with pytest.raises(errors.StepFailed, match="is no night"):
        run_step("publish", night.home / "staging" / "another")
    shutil.rmtree(night.work)
    for step in ("write", "publish"):  # of a second run of the night, which is a step behind
        assert lines(night, step) == [f"{step}: done before, as release 2025-03-31-02"]


def test_a_night_that_another_process_publishes_meanwhile_is_done(night):
    """Two runs of one night wait for the lock of publishing; who comes second finds its folder gone."""
    with ThreadPoolExecutor() as pool:
        with writer_lock(night.home, wait=True):
            second = pool.submit(lines, night, "publish")
            time.sleep(0.3)
            assert not second.done()
            write_json(night.home / "releases" / "2025-03-31-01" / "manifest.json", {"run_id": "run", "model": {}})
            shutil.rmtree(night.work)
        assert second.result(60) == ["publish: done before, as release 2025-03-31-01"]
    assert not night.work.exists()


def test_a_failure_after_the_release_came_into_force_says_so(night):
    write_json(night.work / "failure.json", {"step": "publish", "why": "MLflow is down.", "exit_code": 5})
    assert "The last release stays in force." in str(night_failure(night, night.work / "log"))
    write_json(night.home / "releases" / night.release_id / "manifest.json", {"run_id": "run", "model": {}})
    point_to(night.home, night.release_id)
    error = str(night_failure(night, night.work / "log"))
    assert "MLflow is down. Release 2025-03-31-01 is in force already; run the night again to do what is left." in error
