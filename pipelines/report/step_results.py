"""Results that the steps of a night wrote into its working folder, as the report reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        checks = {stage: _read_json(file) for stage, file in files.items() if file.is_file()}
        return cls(_read_json(work / "evaluation.json"), _read_json(work / "words.json"), checks)

    @property
    def checks_run(self) -> int:
        """The number of checks in all stages."""
        return sum(stage.get("judged", 0) for stage in self.checks.values())

    @property
    def failed_checks(self) -> list[dict[str, Any]]:
        """The checks that do not hold, those of severity `fail` first."""
        failed = [entry for stage in self.checks.values() for entry in stage.get("broken", [])]
        return sorted(failed, key=lambda entry: entry["severity"] != "fail")


def _read_json(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text()) if file.is_file() else {}
