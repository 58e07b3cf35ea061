"""Errors across processes."""

import pytest

from pipelines.errors import CheckFailed, SettingsError, SourceError, StepFailed, from_exit_code


@pytest.mark.parametrize(
    ("code", "kind"), [(2, SettingsError), (3, CheckFailed), (4, SourceError), (5, StepFailed), (-9, StepFailed)]
)
def test_an_exit_code_gives_back_the_error_that_a_process_ended_with(code, kind):
    error = from_exit_code(code, "Rename the file.")
    assert type(error) is kind
    assert str(error) == "Rename the file."
