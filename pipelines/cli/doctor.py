"""nightshelf doctor: whether this machine and a home have what a night needs."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import HOME_VARIABLE, Json
from pipelines.cli.output import print_json, print_rows
from pipelines.errors import SettingsError
from pipelines.night.home_locks import writer_lock
from pipelines.night.home_state import list_day_versions, list_known_files
from pipelines.orchestration.diagnosis import check_home, check_machine
from pipelines.publish.verify import repair as repair_home
from pipelines.publish.verify import verify_home
from pipelines.settings.load import load_settings


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    home: Annotated[
        Path | None, typer.Argument(envvar=HOME_VARIABLE, help="Home folder of a shop to check, too.")
    ] = None,
    state: Annotated[
        bool, typer.Option("--state", help="Instead, list the home's known source files and built days.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Instead, read all files of the home and compare them with their lists.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="The same, and remove what the next night builds again.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check what is installed on this machine, and the settings, key, files and nights of a home.

    Exit code 5 where something is missing or damaged. Example: `nightshelf doctor shop`; with `--state`: the hash of
    each source file, and the version of each day that the release in force was made from.
    """
    if (state or verify or repair) and home is None:
        option = "--state" if state else "--verify" if verify else "--repair"
        raise SettingsError(f"{option} needs HOME: nightshelf doctor HOME {option}")
    if home and state:
        _print_state(home, as_json)
        return
    if home and (verify or repair):
        _verify(home, as_json, repairing=repair)
        return
    findings = [*check_machine(), *(check_home(home) if home else ())]
    if as_json:
        print_json([{"what": f.name, "ok": f.ok, "says": f.state} for f in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok ' if finding.ok else 'NOT'}  {finding.name}: {finding.state}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(5)


def _verify(home: Path, as_json: bool, *, repairing: bool) -> None:
    load_settings(home)
    with writer_lock(home, wait=False) if repairing else nullcontext():
        found = list(verify_home(home))
        removed = repair_home(found) if repairing else []
    if as_json:
        print_json([vars(damage) | {"removed": damage.place in removed} for damage in found])
    for damage in () if as_json else found:
        done = "removed: " if damage.place in removed else ""
        typer.echo(f"NOT  {os.path.relpath(damage.place, home)}: {damage.wrong}. {done}{damage.advice}")
    if not found and not as_json:
        typer.echo("ok   every file is what was written")
    if len(found) > len(removed):
        raise typer.Exit(5)


def _print_state(home: Path, as_json: bool) -> None:
    load_settings(home)
    state = {"files": list_known_files(home), "days": list_day_versions(home)}
    if as_json:
        print_json(state)
        return
    for rows in filter(None, state.values()):
        print_rows(rows, most=len(rows))
        typer.echo("")
