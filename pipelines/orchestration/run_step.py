"""Runs one step of a night: once, under its locks, in a process of its own, and records its time and memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pipelines.atomic_files import remove
from pipelines.errors import NightshelfError, SettingsError, StepFailed, from_exit_code
from pipelines.night.home_locks import night_lock, writer_lock
from pipelines.night.night import Night
from pipelines.night.releases import release_of_run
from pipelines.night.steps import STEPS
from pipelines.night.temporary_files import clear_abandoned, temporary_folder
from pipelines.orchestration.class_archive import keep_archive
from pipelines.orchestration.failures import failure_file, read_failure
from pipelines.orchestration.processes import run_process
from pipelines.orchestration.step_command import command, environment
from pipelines.state_files import write_state


def run_step(name: str, work: Path, *, again: bool = False, log: Callable[[str], None] = print) -> dict[str, Any]:
    """Run a step of the night whose working folder is `work`; returns {"seconds": …, "peak_rss_mb": …}.

    A step that has ended well is not run again unless `again`, nor is any step of a night that is published. Running a
    step forgets the results of all later ones.
    Raises the NightshelfError that the exit code of the process stands for, with the reason that the step recorded.
    """
    if (step := STEPS.get(name)) is None:
        raise SettingsError(f'"{name}" is not a step; steps are {", ".join(STEPS)}.')
    if is_published(work):
        return _done_before(name, work, log)
    night = Night.load(work)
    clear_abandoned(night.home)
    with _locks(night, name) as descriptors:
        if is_published(work):  # by another process, while this one waited
            remove(work)  # the lock file alone is in it
            return _done_before(name, work, log)
        done = night.done(name)
        if done is not None and not again:
            log(f"{name}: done before, {done['seconds']:.0f} s")
            return done
        _forget_from(night, name)
        failure_file(night.work).unlink(missing_ok=True)  # the reason of an earlier failure is none of this one's
        start = time.monotonic()
        with ExitStack() as held:
            env = environment(night.settings.spark)
            if step.engine == "spark":
                env |= held.enter_context(temporary_folder(night))
            code, peak = run_process(command(step, night), env, log, pass_fds=descriptors)
        if code != 0:
            raise _failure(night, name, code)
        keep_archive()
        facts = {"seconds": round(time.monotonic() - start, 2), "peak_rss_mb": round(peak)}
        if night.work.is_dir():  # `publish` moves the release away and removes the working folder
            night.mark_done(name, facts)
        log(f"{name}: {facts['seconds']:.0f} s, at most {facts['peak_rss_mb']} MB in one process")
        return facts


def is_published(work: Path) -> bool:
    """Whether the night whose working folder was `work` is published: its release is there, and its inputs are not."""
    return not (work / "night.json").exists() and release_of_run(work.parent.parent, work.name) is not None


def _done_before(name: str, work: Path, log: Callable[[str], None]) -> dict[str, Any]:
    release = release_of_run(work.parent.parent, work.name)
    log(f"{name}: done before, as release {release.release_id if release else ''}")
    return {"seconds": 0.0, "peak_rss_mb": 0}


@contextmanager
def _locks(night: Night, name: str) -> Iterator[tuple[int, ...]]:
    """The locks of a step as file descriptors: exclusive where it removes files that other nights may read."""
    if name == "publish":
        with writer_lock(night.home, wait=True) as lock:
            yield (lock,)
    else:
        with night_lock(night.home, night.work) as locks:
            yield locks


def _forget_from(night: Night, name: str) -> None:
    """Let `name` and all steps after it run again."""
    names = list(STEPS)
    for later in names[names.index(name) :]:
        night.forget(later)


def _failure(night: Night, name: str, code: int) -> NightshelfError:
    """The error of a step that ended with `code`; recorded here where the process was killed before it could."""
    record = read_failure(night.work)
    if not record:
        record = {"step": name, "why": f"{name} ended with code {code}", "exit_code": StepFailed.exit_code}
        write_state(failure_file(night.work), record)
    return from_exit_code(code, record["why"])
