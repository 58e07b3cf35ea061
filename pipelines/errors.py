"""The ways a night can end early; each knows the exit code of the command line."""


class NightshelfError(Exception):
    """One sentence that says what is wrong, the bad value, what is allowed, and the fix."""

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
    """A step ended with an error of its own."""

    exit_code = 5
