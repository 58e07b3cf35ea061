"""The steps check_inputs and check_outputs: may the night go on?"""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd

from pipelines.errors import CheckFailed, StepFailed
from pipelines.hold import hold
from pipelines.night import Night, write_json
from pipelines.quality.drift import drift_of
from pipelines.quality.suites import TABLES_OF, numbers_of, outcomes, suite_of
from pipelines.stage import step_main
from pipelines.tables import DAY_DRIFT, Table


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="check")
    parser.add_argument("--night", type=Path, required=True, help="working folder of the night")
    parser.add_argument("--tables", choices=sorted(TABLES_OF), required=True)
    asked = parser.parse_args(argv)
    night = Night.load(asked.night)
    # Data Docs are one folder for all nights
    with step_main(night, f"check_{asked.tables}"), hold(night.home / "quality" / ".lock"):
        check(night, asked.tables)


def check(night: Night, which: str) -> dict[str, Any]:
    """Judge the tables of a stage, write Data Docs and `quality/<stage>.json`. Raises CheckFailed on a `fail`."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="file", project_root_dir=night.home / "quality")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    tables = TABLES_OF[which]
    if DAY_DRIFT in tables:
        write_json(night.aggregates(DAY_DRIFT), drift_numbers(night))
    if unmeasured := [t.name for t in tables if not night.aggregates(t).is_file()]:
        raise StepFailed(f"{', '.join(unmeasured)} not written, or not measured: run the step before again.")
    results: list[dict[str, Any]] = []
    for table in tables:
        numbers = numbers_of(night, table)
        result = judge(context, table, numbers, night)
        results += outcomes(table, numbers, result, night.settings)
    context.build_data_docs()
    found = [r for r in results if not r["holds"]]
    report = {"judged": len(results), "broken": found, "results": results}
    write_json(night.work / "quality" / f"{which}.json", report)
    for entry in found:
        print(f"{entry['severity']}: {entry['says']}")
    print(f"{len(results)} checks of {len(tables)} tables, {len(found)} do not hold")
    if failed := [e["says"] for e in found if e["severity"] == "fail"]:
        raise CheckFailed("; ".join(failed))
    return report


def drift_numbers(night: Night) -> dict[str, float]:
    """The numbers of the checks of `day_drift`."""
    found = drift_of(night)
    return {"row count": 1.0} | {check.name: found.get(check.sql, 0.0) for check in DAY_DRIFT.all_checks()}


def judge(context: Any, table: Table, numbers: pd.DataFrame, night: Night) -> Any:
    """The validation result of one table's numbers, stored for Data Docs under the night's release."""
    asset = context.data_sources.add_or_update_pandas(name=f"numbers of {table.name}").add_dataframe_asset(
        name=table.name
    )
    definition = gx.ValidationDefinition(
        name=table.name,
        data=asset.add_batch_definition_whole_dataframe("night"),
        suite=context.suites.add_or_update(suite_of(table, night.settings)),
    )
    checkpoint = gx.Checkpoint(
        name=table.name, validation_definitions=[context.validation_definitions.add_or_update(definition)]
    )
    minutes = int(night.release_id.rsplit("-", 1)[1])  # orders the nights of one day without asking the clock
    outcome = context.checkpoints.add_or_update(checkpoint).run(
        batch_parameters={"dataframe": numbers},
        run_id=gx.RunIdentifier(
            run_name=f"release {night.release_id}",
            run_time=datetime.combine(night.run_date, time(), UTC) + timedelta(minutes=minutes),
        ),
    )
    return next(iter(outcome.run_results.values()))


if __name__ == "__main__":
    main()
