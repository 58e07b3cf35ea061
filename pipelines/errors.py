"""The ways a night can end early. The exit code of a process tells them apart."""

from __future__ import annotations


class NightshelfError(Exception):
    """An error with one sentence that says what is wrong, the bad value, what is allowed, and the fix."""

    exit_code = 5


class SettingsError(NightshelfError):
    """Wrong use or wrong settings: nothing was started."""

    exit_code = 2


class CheckFailed(NightshelfError):
    """A check of severity `fail` stopped the night; the last release stays in force."""

    exit_code = 3


class SourceError(NightshelfError):
    """A source is missing or cannot be read."""

    exit_code = 4


class StepFailed(NightshelfError):
    """A step ended with an error that is none of the others."""

    exit_code = 5


def from_exit_code(code: int, why: str) -> NightshelfError:
    """The error, with the sentence `why`, that the exit code of a process stands for; StepFailed for any other code."""
    kinds = {kind.exit_code: kind for kind in (SettingsError, CheckFailed, SourceError)}
    return kinds.get(code, StepFailed)(why)
