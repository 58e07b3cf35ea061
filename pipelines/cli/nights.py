"""nightshelf run, step: nights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Home, RunDate, run_date_of
from pipelines.night.copy_state import read_copy_state
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.steps import STEPS
from pipelines.orchestration.night_run import run_night
from pipelines.orchestration.run_step import run_step


def add_to(app: typer.Typer) -> None:
    for command in (run, step):
        app.command()(command)


def run(
    home: Home,
    date: RunDate = "",
    full_refresh: Annotated[bool, typer.Option(help="Read all source files and build all days again.")] = False,
    retrain: Annotated[bool, typer.Option(help="Train even if a model of the same inputs is registered.")] = False,
    skip_training: Annotated[bool, typer.Option(help="Rank with the model of the release before.")] = False,
    k: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Products for each user; without it: [ranking] k.")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Go on where the data end long before the date: [history] most_days_ahead.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print the log of all steps.")] = False,
) -> None:
    """Run one night through Airflow and publish its tables.

    Exit codes: 0 published · 2 wrong use or settings · 3 stopped by a check · 4 a source is missing or unreadable ·
    5 a step failed. Example: `nightshelf run shop --date 2025-03-31`
    """
    options = RunOptions(full_refresh, retrain, skip_training, k, anyway=anyway)
    release = run_night(home, run_date_of(home, date), options, verbose=verbose, log=typer.echo)
    typer.echo(f"published {release.release_id}: {release.folder}")
    if (copies := read_copy_state(home)) and not copies.ok:
        typer.secho(f"warning: {copies.says}", fg="yellow", err=True)
    typer.echo(f"next: nightshelf report {home} · nightshelf preview {home}")


def step(
    name: Annotated[str, typer.Argument(help=f"open, or one of: {', '.join(STEPS)}.")],
    home: Home,
    date: RunDate = "",
    night: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Working folder of a night, as `step open` prints it.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Run the step even if it has ended well before.")] = False,
) -> None:
    """Run one step of a night without Airflow.

    Example: `nightshelf step open shop --date 2025-03-31`, then `nightshelf step clean shop --night FOLDER`
    """
    if name == "open" or night is None:
        night = open_night(home, run_date_of(home, date), RunOptions()).work
    if name == "open":
        typer.echo(night)
    else:
        run_step(name, night, again=again, log=typer.echo)
