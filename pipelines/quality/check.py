"""The steps check_inputs and check_outputs: may the night go on?"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd

from pipelines.atomic_files import write_json
from pipelines.contracts.all_tables import DRIFTS
from pipelines.contracts.contract import Table
from pipelines.errors import CheckFailed, StepFailed
from pipelines.file_lock import locked
from pipelines.night.night import Night
from pipelines.night.step_process import step_main
from pipelines.quality.data_docs import document, stage_context
from pipelines.quality.night_drift import measure_drift
from pipelines.quality.suites import TABLES_OF, details_of, numbers_of, outcomes, suite_of

ADVICE = "If the data is right, change the key that is named and run the night again. "


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="check")
    parser.add_argument("--night", type=Path, required=True, help="working folder of the night")
    parser.add_argument("--tables", choices=sorted(TABLES_OF), required=True)
    asked = parser.parse_args(argv)
    night = Night.load(asked.night)
    # Data Docs are one folder for all nights
    with step_main(night, f"check_{asked.tables}"), locked(night.home / "quality" / ".lock"):
        check(night, asked.tables)


def check(night: Night, which: str) -> dict[str, Any]:
    """Judge the tables of a stage, write Data Docs and `quality/<stage>.json`. Raises CheckFailed on a `fail`."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context, tables = stage_context(night, which), TABLES_OF[which]
    for table in set(DRIFTS) & set(tables):
        measure_drift(night, table)
    if unmeasured := [t.name for t in tables if not night.aggregates(t).is_file()]:
        raise StepFailed(f"{', '.join(unmeasured)} not written, or not measured: run the step before again.")
    results: list[dict[str, Any]] = []
    for table in tables:
        numbers = numbers_of(night, table)
        results += outcomes(table, numbers, judge(context, table, numbers, night), night)
    report = {"judged": len(results), "broken": [r for r in results if not r["holds"]], "results": results}
    write_json(night.work / "quality" / f"{which}.json", report)
    page = document(context, night, which, results)
    for entry in report["broken"]:
        print(f"{entry['severity']}: {entry['says']}")
    print(f"{len(results)} checks of {len(tables)} tables, {len(report['broken'])} do not hold: {page}")
    if failed := [e["says"] for e in report["broken"] if e["severity"] == "fail"]:
        advice = ADVICE if any("[checks]" in says for says in failed) else ""
        raise CheckFailed(f"{'; '.join(failed)}. {advice}All numbers: {page}")
    return report


def judge(context: Any, table: Table, numbers: pd.DataFrame, night: Night) -> Any:
    """The validation result of one table's numbers, kept for the Data Docs of the night."""
    asset = context.data_sources.add_pandas(name=f"numbers of {table.name}").add_dataframe_asset(name=table.name)
    definition = gx.ValidationDefinition(
        name=table.name,
        data=asset.add_batch_definition_whole_dataframe("night"),
        suite=context.suites.add(suite_of(table, details_of(night, table), night.settings)),
    )
    checkpoint = gx.Checkpoint(name=table.name, validation_definitions=[context.validation_definitions.add(definition)])
    outcome = context.checkpoints.add(checkpoint).run(
        batch_parameters={"dataframe": numbers}, run_id=gx.RunIdentifier(run_name=f"release {night.release_id}")
    )
    return next(iter(outcome.run_results.values()))


if __name__ == "__main__":
    main()
