"""The step `publish`: the folder of the night becomes a release, and `current` points to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.atomic_files import make_folder, remove, write_json
from pipelines.contracts.all_tables import OUTPUTS
from pipelines.contracts.quality_results import QUALITY_RESULTS
from pipelines.errors import StepFailed
from pipelines.night.access import share_release
from pipelines.night.champion_log import Change, manually_overridden, predecessor, record_change
from pipelines.night.generation import put_in_force
from pipelines.night.night import Night
from pipelines.night.releases import list_releases, note_published, point_to, release_of_run
from pipelines.night.step_process import step_process
from pipelines.night.store import Version, store_of
from pipelines.night.table_io import write_table
from pipelines.publish.manifest import make_manifest
from pipelines.publish.release_copies import keep_copies
from pipelines.publish.retention import clear_leftovers, prune
from pipelines.registry.promotion import set_aliases
from pipelines.registry.prune_models import prune_models
from pipelines.report.night_page import write_report
from pipelines.report.releases_page import write_index
from pipelines.sources.ledger import ledger_lock
from pipelines.state_files import read_state


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `publish` for the night that `--night` names."""
    step_process("publish", publish, argv)


def publish(night: Night) -> str:
    """Publish the night; returns the release id. It can be killed at any point and run again.

    A night for a day before the newest release adds a release, and moves neither `current` nor `champion`. One for the
    day of the newest release moves `current`, but no champion that was chosen by hand after that.
    """
    newest = all(r.run_date <= night.run_date for r in list_releases(night.home))
    may_promote = newest and not manually_overridden(night.home, night.run_date)
    target = night.home / "releases" / night.release_id
    if release_of_run(night.home, night.run_id) is None:
        _check_manual_champion(night)
        _complete(night, may_promote=may_promote)
        make_folder(target.parent)
        share_release(night.home, night.release, night.settings.releases.group)
        store_of(night.home).commit({night.release: Version(target, {"run_id": night.run_id})})
    note_published(night.home)
    manifest = json.loads((target / "manifest.json").read_text())
    with ledger_lock(night.home):
        put_in_force(night.home, night.generation)
    if newest:
        point_to(night.home, night.release_id)
        _move_aliases(night, manifest["model"], may_promote=may_promote)
    prune(night.home, night.settings.releases.keep, made=night.release_id)
    keep_copies(night.home, night.settings.releases)
    write_index(night.home)
    clear_leftovers(night.home, night.settings.releases)
    prune_models(night.home, night.settings)
    remove(night.work)  # last: while it is there, the step is run again
    print(f"published {night.release_id}" + ("" if newest else ": a past date, so `current` stays"))
    return night.release_id


def _check_manual_champion(night: Night) -> None:
    """Raise StepFailed where a champion was chosen by hand since the night was opened: it was not compared with it."""
    now = predecessor(night.home, night.run_date)
    if now and now.by_hand and now != night.predecessor:
        raise StepFailed(
            f"{now.model_name} {now.model_version} was made champion by hand since this night was opened: "
            "run the night again."
        )


def _complete(night: Night, *, may_promote: bool) -> None:
    """Write `quality_results`, the report and, last, the manifest of the release."""
    write_table(night, QUALITY_RESULTS, quality_rows(night.work / "quality", night.run_date, night.release_id))
    if missing := [t.name for t in OUTPUTS if not any(night.place(t).glob("*.parquet"))]:
        raise StepFailed(f"{', '.join(missing)} not written: run the step rank again.")
    manifest = make_manifest(night)
    model = manifest["model"]
    if may_promote and (model["promote"] or model["version"] == model["champion_before"]):
        model["alias"] = "champion"
    write_report(night, manifest, night.release / "report.html")
    write_json(night.release / "manifest.json", manifest)


def _move_aliases(night: Night, model: dict[str, Any], *, may_promote: bool) -> None:
    """Point the aliases at the models of this night; add a new champion to the log."""
    aliases = {"challenger": model["challenger"]}
    if may_promote and model["alias"]:
        aliases[model["alias"]] = model["version"]
    registered = {alias: version for alias, version in aliases.items() if version}
    set_aliases(night.home, night.settings.mlflow, registered)
    if may_promote and model["alias"]:
        record_change(night.home, Change("night", model["name"], model["version"], night.release_id))


def quality_rows(results: Path, run_date: date, release_id: str) -> pa.Table:
    """The rows of `quality_results`, from the folder with the results that both steps of checks wrote."""
    rows = [
        {"stage": file.stem, "table_name": r["table"], "check_name": r["check"], **r}
        for file in sorted(results.glob("*.json"))
        for r in read_state(file).get("results", [])
    ]
    traced = [r | {"run_date": run_date, "release_id": release_id} for r in rows]
    return pa.Table.from_pylist(traced, schema=QUALITY_RESULTS.schema())


if __name__ == "__main__":
    main()
