"""Great Expectations suites, made from the contracts, and the outcome of each check.

What is judged are numbers: one row for each table, one column for each check, computed by the step that wrote the
table. So judging takes the same time for a thousand rows as for a billion, and no text of a row reaches Data Docs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

from pipelines.contracts.account import ACCOUNT
from pipelines.contracts.all_tables import CLEAN, FEATURES, MEASUREMENTS, MODEL, OUTPUTS
from pipelines.contracts.check_sql import bound, sentence
from pipelines.contracts.contract import Judged
from pipelines.contracts.quality_results import QUALITY_RESULTS
from pipelines.settings.checks import Checks
from pipelines.state_files import read_state, read_state_if_any

JUDGED_OUTPUTS = tuple(t for t in OUTPUTS if t is not QUALITY_RESULTS)  # which holds the results themselves
STAGES: dict[str, tuple[Judged, ...]] = {  # by stage
    "inputs": (*CLEAN, ACCOUNT, *MEASUREMENTS, *FEATURES),
    "outputs": (*MODEL, *JUDGED_OUTPUTS),
}
SEVERITY = {"fail": "critical", "warn": "warning"}


def numbers_in(file: Path) -> pd.DataFrame:
    """One row: the numbers of the checks of a table, as the step that wrote the table measured them."""
    return pd.DataFrame([read_state(file)], dtype="float64")


def details_in(file: Path) -> dict[str, str]:
    """Sentences of detail on the numbers of a table, by check; none where there is no file."""
    return read_state_if_any(file)


def suite_of(contract: Judged, details: Mapping[str, str], settings: Checks) -> gx.ExpectationSuite:
    """One expectation for each check: its number lies within the bounds of contract and settings."""
    suite = gx.ExpectationSuite(name=contract.name, meta={"table": contract.meaning, "grain": contract.grain})
    for check in contract.all_checks():
        suite.add_expectation(
            gxe.ExpectColumnMaxToBeBetween(  # of one row: GX reports a maximum, but of values only how many are wrong
                column=check.name,
                min_value=bound(check.at_least, settings),
                max_value=bound(check.at_most, settings),
                severity=SEVERITY[check.severity],  # type: ignore[arg-type]  # the value of a FailureSeverity
                notes=": ".join(filter(None, (check.says, details.get(check.name)))),
                meta={"check": check.name, "severity": check.severity},
            )
        )
    return suite


def outcomes(
    contract: Judged, numbers: pd.DataFrame, result: Any, details: Mapping[str, str], settings: Checks
) -> list[dict[str, Any]]:
    """The outcome of each check: its number, the bounds in force, whether it holds, and a sentence.

    GX ignores nulls and puts exceptions into its results. Here a missing number does not hold, and an exception is a
    failure whatever the check's severity.
    """
    checks = {check.name: check for check in contract.all_checks()}
    found = []
    for outcome in result.results:
        check = checks[outcome.expectation_config.meta["check"]]
        value = numbers[check.name].iloc[0] if check.name in numbers else None
        number = None if value is None or pd.isna(value) else float(value)
        raised = exception_in(outcome.exception_info)
        says = sentence(check, number, settings, details.get(check.name, ""))
        found.append(
            {
                "table": contract.name,
                "check": check.name,
                "severity": "fail" if raised else check.severity,
                "number": number,
                "at_least": bound(check.at_least, settings),
                "at_most": bound(check.at_most, settings),
                "holds": bool(outcome.success) and number is not None and not raised,
                "says": f"{contract.name}: {says}" + (f"; Great Expectations raised: {raised}" if raised else ""),
            }
        )
    return found


def exception_in(info: Mapping[str, Any]) -> str:
    """The message of the exception that GX caught while it judged, or nothing. GX keeps one, or one for each metric."""
    each = [info] if "raised_exception" in info else list(info.values())
    return next((str(e["exception_message"]) for e in each if e["raised_exception"]), "")
