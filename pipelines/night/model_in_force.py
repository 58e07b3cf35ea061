"""The model that ranks a night, as the step `register` chose it."""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import StepFailed
from pipelines.state_files import read_state


def version_in_force(work: Path) -> str:
    """The registered version of the model in force, from `decision.json` in the folder of the night.

    Raises StepFailed where the step that writes it has not run, or the file is damaged.
    """
    file = work / "decision.json"
    try:
        return str(read_state(file, "Run the step register again.")["version"])
    except KeyError as missing:
        raise StepFailed(f"{file} has no version. Run the step register first.") from missing
