"""Results that the steps of a night wrote into its working folder, as the report reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.state_files import read_state_if_any

CHECK_STAGES = ("inputs", "outputs")


@dataclass(frozen=True)
class StepResults:
    """`evaluation.json` and `words.json`, empty where the step did not run, and the results of checks by stage."""

    evaluation: dict[str, Any]
    texts: dict[str, Any]
    checks: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, work: Path) -> StepResults:
        """The results in the working folder `work`."""
        files = {stage: work / "quality" / f"{stage}.json" for stage in CHECK_STAGES}
        checks = {stage: read_state_if_any(file) for stage, file in files.items() if file.is_file()}
        return cls(read_state_if_any(work / "evaluation.json"), read_state_if_any(work / "words.json"), checks)

    @property
    def checks_run(self) -> int:
        """The number of checks in all stages."""
        return sum(stage.get("judged", 0) for stage in self.checks.values())

    @property
    def failed_checks(self) -> list[dict[str, Any]]:
        """The checks that do not hold, those of severity `fail` first."""
        failed = [entry for stage in self.checks.values() for entry in stage.get("broken", [])]
        return sorted(failed, key=lambda entry: entry["severity"] != "fail")
