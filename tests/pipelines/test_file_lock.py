"""Locks of files between processes."""

import subprocess
import sys
from threading import Thread

import pytest

from pipelines.file_lock import locked

CHILD = "import sys; print('started', flush=True); sys.stdin.read()"


def test_an_exclusive_lock_keeps_out_every_other(tmp_path):
    with locked(tmp_path / "new" / ".lock"):
        for shared in (False, True):
            with pytest.raises(BlockingIOError), locked(tmp_path / "new" / ".lock", shared=shared, wait=False):
                pass
    with locked(tmp_path / "new" / ".lock", wait=False):
        pass


def test_shared_locks_are_held_together_and_keep_out_an_exclusive_one(tmp_path):
    file = tmp_path / ".lock"
    with locked(file, shared=True), locked(file, shared=True, wait=False):  # noqa: SIM117
        with pytest.raises(BlockingIOError), locked(file, wait=False):
            pass


def test_who_waits_long_says_for_which_file(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("pipelines.file_lock.PATIENCE_S", 0.0)
    with locked(tmp_path / ".lock"):
        waiting = Thread(target=lambda: locked(tmp_path / ".lock").__enter__())
        waiting.start()
        said = ""
        while not said:
            said = capfd.readouterr().err
    waiting.join(10)
    assert not waiting.is_alive()
    assert said == f"waiting for another process of nightshelf, which holds {tmp_path / '.lock'}\n"


def test_a_child_that_inherits_the_descriptor_keeps_the_lock(tmp_path):
    with locked(tmp_path / ".lock") as descriptor:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=(descriptor,)
        )
        assert child.stdout.readline() == b"started\n"
    with pytest.raises(BlockingIOError), locked(tmp_path / ".lock", wait=False):
        pass
    child.communicate()
    with locked(tmp_path / ".lock", wait=False):
        pass
