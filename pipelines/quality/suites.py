"""Great Expectations suites, made from the table contracts.

What is judged are numbers: one row for each table, one column for each check, computed by the Spark job that wrote
the table. So a check costs the same on a thousand rows and on a billion, and no text of a row reaches Data Docs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

from pipelines.contracts.account import ACCOUNT
from pipelines.contracts.all_tables import CLEAN, DRIFTS, FEATURES, OUTPUTS
from pipelines.contracts.check_sql import bound, sentence
from pipelines.contracts.contract import Table
from pipelines.contracts.popularity import POPULARITY
from pipelines.contracts.quality_results import QUALITY_RESULTS
from pipelines.night.night import Night
from pipelines.settings.tree import Settings

JUDGED_OUTPUTS = tuple(t for t in OUTPUTS if t is not QUALITY_RESULTS)  # which says what was found
TABLES_OF = {
    "inputs": (*CLEAN, ACCOUNT, *DRIFTS),
    "features": FEATURES,
    "outputs": (*FEATURES, POPULARITY, *JUDGED_OUTPUTS),
}
SEVERITY = {"fail": "critical", "warn": "warning"}


def numbers_of(night: Night, table: Table) -> pd.DataFrame:
    """One row: the numbers of the checks of `table`, as its writer left them."""
    return pd.DataFrame([json.loads(night.aggregates(table).read_text())], dtype="float64")


def details_of(night: Night, table: Table) -> dict[str, str]:
    """What the writer of `table` added in words, by check; most tables have none."""
    file = night.details(table)
    details: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
    return details


def suite_of(table: Table, details: Mapping[str, str], settings: Settings) -> gx.ExpectationSuite:
    """One expectation for each check: its number is there and lies within the bounds of contract and settings."""
    suite = gx.ExpectationSuite(name=table.name, meta={"table": table.meaning, "grain": table.grain})
    for check in table.all_checks():
        suite.add_expectation(
            gxe.ExpectColumnMaxToBeBetween(  # of the one row: GX shows a maximum, but of values only how many are wrong
                column=check.name,
                min_value=bound(check.at_least, settings),
                max_value=bound(check.at_most, settings),
                severity=SEVERITY[check.severity],
                notes=": ".join(filter(None, (check.says, details.get(check.name)))),
                meta={"check": check.name, "severity": check.severity},
            )
        )
    return suite


def outcomes(table: Table, numbers: pd.DataFrame, result: Any, night: Night) -> list[dict[str, Any]]:
    """What was found of each check of `table`: its number, the bounds in force, whether it holds, and a sentence.

    GX passes over nulls, and hides exceptions in its results: here a number that is not there does not hold, and an
    exception is a failure, whatever the check's severity.
    """
    checks, details, settings = {c.name: c for c in table.all_checks()}, details_of(night, table), night.settings
    found = []
    for outcome in result.results:
        check = checks[outcome.expectation_config.meta["check"]]
        value = numbers[check.name].iloc[0] if check.name in numbers else None
        number = None if pd.isna(value) else float(value)
        raised = exception_in(outcome.exception_info)
        says = sentence(check, number, settings, details.get(check.name, ""))
        found.append(
            {
                "table": table.name,
                "check": check.name,
                "severity": "fail" if raised else check.severity,
                "number": number,
                "at_least": bound(check.at_least, settings),
                "at_most": bound(check.at_most, settings),
                "holds": bool(outcome.success) and number is not None and not raised,
                "says": f"{table.name}: {says}" + (f"; Great Expectations raised: {raised}" if raised else ""),
            }
        )
    return found


def exception_in(info: Mapping[str, Any]) -> str:
    """The message of the exception that GX caught while it judged, or nothing. GX keeps one, or one for each metric."""
    each = [info] if "raised_exception" in info else list(info.values())
    return next((str(e["exception_message"]) for e in each if e["raised_exception"]), "")
