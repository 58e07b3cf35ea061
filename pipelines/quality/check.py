"""The steps check_inputs and check_outputs: check the tables of a stage, and stop the night where a check fails."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import great_expectations as gx
import pandas as pd

from pipelines.contracts.contract import Measurements
from pipelines.errors import CheckFailed, StepFailed
from pipelines.file_lock import locked
from pipelines.night.day_versions import versions_read
from pipelines.night.night import Night
from pipelines.night.step_process import step_main
from pipelines.quality.data_docs import index_page, stage_context, write_table_pages
from pipelines.quality.night_drift import MEASURED, day_history, measure_drift
from pipelines.quality.suites import STAGES, details_in, numbers_in, outcomes, suite_of
from pipelines.state_files import write_state

ADVICE = "If the data is right, change the key that is named and run the night again. "


def main(argv: Sequence[str] | None = None) -> None:
    """Run a step of checks for the night that `--night` names."""
    parser = argparse.ArgumentParser(prog="check")
    parser.add_argument("--night", type=Path, required=True, help="working folder of the night")
    parser.add_argument("--tables", choices=sorted(STAGES), required=True)
    arguments = parser.parse_args(argv)
    night = Night.load(arguments.night)
    # Data Docs are one folder for all nights
    with step_main(night, f"check_{arguments.tables}"), locked(night.home / "quality" / ".lock"):
        check(night, arguments.tables)


def check(night: Night, stage: str) -> dict[str, Any]:
    """Judge the tables of a stage, write Data Docs and `quality/<stage>.json`. Raises CheckFailed on a `fail`."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context, contracts = stage_context(night.checks_pages / stage), STAGES[stage]
    for drift in (c for c in contracts if isinstance(c, Measurements)):
        write_drift(night, drift)
    if unmeasured := [c.name for c in contracts if not night.aggregates(c).is_file()]:
        raise StepFailed(
            f"{', '.join(unmeasured)} not written, or not measured: run the steps that write these tables again."
        )
    results: list[dict[str, Any]] = []
    for contract in contracts:
        numbers = numbers_in(night.aggregates(contract))
        details = details_in(night.details(contract))
        suite = suite_of(contract, details, night.settings.checks)
        result = validate(context, suite, numbers, f"release {night.release_id}")
        results += outcomes(contract, numbers, result, details, night.settings.checks)
    report: dict[str, Any] = {
        "judged": len(results),
        "broken": [r for r in results if not r["holds"]],
        "results": results,
    }
    write_state(night.work / "quality" / f"{stage}.json", report)
    index = index_page(night, stage, results, write_table_pages(context, night.checks_pages / stage))
    page = night.checks_pages / stage / "index.html"
    page.write_text(index, encoding="utf-8")
    for entry in report["broken"]:
        print(f"{entry['severity']}: {entry['says']}")
    print(f"{len(results)} checks of {len(contracts)} tables, {len(report['broken'])} do not hold: {page}")
    if failed := [e["says"] for e in report["broken"] if e["severity"] == "fail"]:
        advice = ADVICE if any("[checks]" in says for says in failed) else ""
        raise CheckFailed(f"{'; '.join(failed)}. {advice}All numbers: {page}")
    return report


def write_drift(night: Night, drift: Measurements) -> None:
    """Write the numbers of the checks of `drift`, and their details, beside the night."""
    table, settings = MEASURED[drift.name], night.settings
    back = (settings.checks.weeks, ZoneInfo(settings.shop.time_zone))
    days = day_history(night.home, table, versions_read(night).get(table.name, {}), night.run_date, back)
    measured = measure_drift(drift, days, settings.checks)
    write_state(night.aggregates(drift), {check.name: measured[check.sql].number for check in drift.checks})
    write_state(night.details(drift), {check.name: measured[check.sql].detail for check in drift.checks})


def validate(context: Any, suite: gx.ExpectationSuite, numbers: pd.DataFrame, run_name: str) -> Any:
    """The validation result of one table's numbers, kept in `context` for the Data Docs of the night."""
    asset = context.data_sources.add_pandas(name=f"numbers of {suite.name}").add_dataframe_asset(name=suite.name)
    definition = gx.ValidationDefinition(
        name=suite.name,
        data=asset.add_batch_definition_whole_dataframe("night"),
        suite=context.suites.add(suite),
    )
    checkpoint = gx.Checkpoint(name=suite.name, validation_definitions=[context.validation_definitions.add(definition)])
    outcome = context.checkpoints.add(checkpoint).run(
        batch_parameters={"dataframe": numbers}, run_id=gx.RunIdentifier(run_name=run_name)
    )
    return next(iter(outcome.run_results.values()))


if __name__ == "__main__":
    main()
