"""nightshelf run, step, releases, rollback: nights and the releases they published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Home, Json, RunDate, run_date_of
from pipelines.cli.output import print_json
from pipelines.night.home_locks import writer_lock
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.releases import list_releases, point_to, previous_release
from pipelines.night.steps import STEPS
from pipelines.orchestration.night_run import run_night
from pipelines.orchestration.run_step import run_step
from pipelines.report.releases_page import write_index
from pipelines.settings.load import load_settings


def add_to(app: typer.Typer) -> None:
    for command in (run, step, releases, rollback):
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
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print the log of all steps.")] = False,
) -> None:
    """Run one night through Airflow and publish its tables.

    Exit codes: 0 published · 2 wrong use or settings · 3 stopped by a check · 4 a source is missing or unreadable ·
    5 a step failed. Example: `nightshelf run shop --date 2025-03-31`
    """
    options = RunOptions(full_refresh, retrain, skip_training, k)
    release = run_night(home, run_date_of(home, date), options, verbose=verbose, log=typer.echo)
    typer.echo(f"published {release.release_id}: {release.folder}")
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


def releases(home: Home, as_json: Json = False) -> None:
    """List the kept releases, oldest first. Example: `nightshelf releases shop`"""
    load_settings(home)
    kept = list_releases(home)
    if as_json:
        print_json([vars(release) for release in kept])
        return
    if not kept:
        typer.echo(f"no release yet; make one with: nightshelf run {home}")
    for release in kept:
        mark = "in force" if release.in_force else ""
        typer.echo(f"{release.release_id}  model {release.model_name} {release.model_version}  {mark}".rstrip())


def rollback(
    home: Home,
    to: Annotated[
        str, typer.Option(metavar="RELEASE", help="Release id; without it: the one before the one in force.")
    ] = "",
) -> None:
    """Put an earlier release in force again. Example: `nightshelf rollback shop --to 2025-03-30-01`"""
    load_settings(home)
    release_id = to or previous_release(home)
    with writer_lock(home, wait=False):
        point_to(home, release_id)
        write_index(home)
    typer.echo(f"{release_id} is in force")
