"""The process of a step: its argument, its exit code, and the reason it records where it fails."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from pipelines.atomic_files import SPENT
from pipelines.errors import NightshelfError, StepFailed
from pipelines.night.access import write_for_owner_only
from pipelines.night.night import Night
from pipelines.night.steps import STEPS
from pipelines.night.store import DamagedVersion
from pipelines.state_files import read_state_if_any, write_state

STORE_SECONDS = "store_seconds.json"


@contextmanager
def step_main(night: Night, step: str) -> Iterator[None]:
    """Run the body of a step. Where it fails, write the reason to `failure.json`, print it, and exit with its code."""
    failure = night.work / "failure.json"
    failure.unlink(missing_ok=True)
    try:
        yield
        note_store_seconds(night, step)
    except NightshelfError as known:
        if isinstance(known, DamagedVersion):
            night.forget("clean")  # finds what is damaged, builds it again, and lets all later steps run again
        print(f"{step}: {known}", file=sys.stderr)
        _fail(failure, step, str(known), known.exit_code)
    except Exception as unknown:
        traceback.print_exc()
        why = f"{type(unknown).__name__}: {str(unknown).splitlines()[0] if str(unknown) else 'no message'}"
        _fail(failure, step, why, StepFailed.exit_code)


def _fail(file: Path, step: str, why: str, exit_code: int) -> NoReturn:
    """Record the reason, where the disk has room for it, and end the process."""
    with suppress(OSError):
        write_state(file, {"step": step, "why": why, "exit_code": exit_code})
    sys.exit(exit_code)


def note_store_seconds(night: Night, step: str) -> None:
    """Add the seconds that this process has spent on keeping files whole to `store_seconds.json` of the night.

    The processes that tune together are a part of the step `train`, run side by side, and note nothing.
    """
    if step not in STEPS:
        return
    print(f"{step}: {SPENT.seconds:.2f} s for syncs, checksums, renames and removals")
    if night.work.is_dir():  # `publish` has removed it
        write_state(night.work / STORE_SECONDS, store_seconds(night) | {step: round(SPENT.seconds, 3)})


def store_seconds(night: Night) -> dict[str, float]:
    """The seconds that each step of the night has spent on keeping files whole."""
    return read_state_if_any(night.work / STORE_SECONDS)


def step_process(step: str, work: Callable[[Night], Any], argv: Sequence[str] | None) -> None:
    """Run `work` for the night that `--night FOLDER` names, as the whole of a process."""
    parser = argparse.ArgumentParser(prog=step)
    parser.add_argument("--night", type=Path, required=True, help="working folder of the night")
    write_for_owner_only()
    night = Night.load(parser.parse_args(argv).night)
    with step_main(night, step):
        work(night)
