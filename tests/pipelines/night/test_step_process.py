"""The process of a step notes how long it kept files whole."""

import errno
import json
import os
from datetime import date

import pytest

from pipelines import atomic_files
from pipelines.atomic_files import SPENT, counted, write_json
from pipelines.errors import StepFailed
from pipelines.night.night import Night
from pipelines.night.step_process import step_process, store_seconds
from pipelines.settings.tree import Settings

DAY = date(2025, 3, 31)


@pytest.fixture
def night(tmp_path):
    night = Night(
        home=tmp_path, run_date=DAY, run_id="r", release_id="2025-03-31-01", fingerprint="f", settings=Settings(),
        files={}, columns={}, left_out=(), key_fingerprint="k", catalogue_as_of=DAY,
    )  # fmt: skip
    night.save()
    before = os.umask(0o077)  # the process of a step sets its own
    yield night
    os.umask(before)


def test_a_full_disk_ends_a_step_like_any_failure(night, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pipelines.night.step_process.write_state", full)
    with pytest.raises(SystemExit) as ended:
        step_process("clean", full, ["--night", str(night.work)])
    assert ended.value.code == StepFailed.exit_code


def test_a_step_notes_the_seconds_it_spent_on_keeping_files_whole(night, monkeypatch):
    for step, seconds in (("clean", 1.5), ("features", 0.25), ("tune", 9.0)):
        monkeypatch.setattr(SPENT, "seconds", seconds)
        step_process(step, lambda opened: opened.run_id, ["--night", str(night.work)])
    assert store_seconds(night) == {"clean": 1.5, "features": 0.25}


def test_what_is_nested_counts_once(monkeypatch):
    now = iter([10.0, 13.0])
    monkeypatch.setattr(SPENT, "seconds", 0.0)
    monkeypatch.setattr(atomic_files.time, "perf_counter", lambda: next(now))
    with counted(), counted():
        pass
    assert SPENT.seconds == 3.0


def test_writing_a_file_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(SPENT, "seconds", 0.0)
    write_json(tmp_path / "file.json", {"a": 1})
    assert json.loads((tmp_path / "file.json").read_text()) == {"a": 1}
    assert SPENT.seconds > 0
