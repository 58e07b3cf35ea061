"""run, step, releases, rollback: nights and what they published."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Home, Json, show_json
from pipelines.errors import SettingsError
from pipelines.night.home_locks import writer_lock
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.releases import list_releases, point_to
from pipelines.night.run_date import resolve_run_date
from pipelines.night.steps import STEPS
from pipelines.orchestration.night_run import run_night
from pipelines.orchestration.steps import run_step
from pipelines.report.releases_page import write_index
from pipelines.settings.load import load_settings


def add_to(app: typer.Typer) -> None:
    for command in (run, step, releases, rollback):
        app.command()(command)


Date = Annotated[str, typer.Option("--date", help="Last day to include, YYYY-MM-DD; empty: yesterday.")]


def run(
    home: Home,
    date: Date = "",
    full_refresh: Annotated[bool, typer.Option(help="Rebuild what could be kept.")] = False,
    retrain: Annotated[bool, typer.Option(help="Train even if these inputs have a model.")] = False,
    skip_training: Annotated[bool, typer.Option(help="Rank with the model of the release before.")] = False,
    k: Annotated[int | None, typer.Option(min=1, max=1000, help="Products for each user.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log of all steps.")] = False,
) -> None:
    """Run one night through Airflow and publish it.

    Exit codes: 0 published · 2 wrong use or settings · 3 stopped by a check · 4 a source is missing or unreadable ·
    5 a step failed. Example: `nightshelf run shop --date 2025-03-31`
    """
    settings = load_settings(home)
    day = resolve_run_date(date, data_interval_end=None, run_after=datetime.now(UTC), time_zone=settings.shop.time_zone)
    release = run_night(home, day, RunOptions(full_refresh, retrain, skip_training, k), verbose=verbose)
    typer.echo(f"published {release.release_id}: {release.folder}")
    typer.echo(f'look: nightshelf sql {home} "select * from user_topk limit 5" · nightshelf report {home}')


def step(
    name: Annotated[str, typer.Argument(help=f"open, or one of: {', '.join(STEPS)}.")],
    home: Home,
    date: Date = "",
    night: Annotated[Path | None, typer.Option(help="Working folder of a night, as `step open` printed it.")] = None,
    again: Annotated[bool, typer.Option(help="Run it even if it has ended well before.")] = False,
) -> None:
    """Run one step of a night without Airflow.

    Example: `nightshelf step open shop --date 2025-03-31`, then `nightshelf step clean shop --night FOLDER`
    """
    if name == "open" or night is None:
        settings = load_settings(home)
        day = resolve_run_date(
            date, data_interval_end=None, run_after=datetime.now(UTC), time_zone=settings.shop.time_zone
        )
        night = open_night(home, day, RunOptions()).work
        if name == "open":
            typer.echo(night)
            return
    run_step(name, night, again=again, say=typer.echo)


def releases(home: Home, as_json: Json = False) -> None:
    """List the kept releases. Example: `nightshelf releases shop`"""
    load_settings(home)
    found = list_releases(home)
    if as_json:
        show_json([vars(r) for r in found])
        return
    if not found:
        typer.echo(f"no release yet; make one with: nightshelf run {home}")
    for r in found:
        mark = "in force" if r.in_force else ""
        typer.echo(f"{r.release_id}  model {r.model_name} {r.model_version}  {mark}".rstrip())


def rollback(
    home: Home,
    to: Annotated[str, typer.Option(help="Release id; empty: the one before the one in force.")] = "",
) -> None:
    """Put an earlier release in force again. Example: `nightshelf rollback shop --to 2025-03-30-01`"""
    load_settings(home)
    found = list_releases(home)
    if not to:
        before = [r.release_id for r in found]
        now = next((i for i, r in enumerate(found) if r.in_force), 0)
        if now == 0:
            raise SettingsError(f"there is no release before the one in force; kept: {', '.join(before) or 'none'}.")
        to = before[now - 1]
    with writer_lock(home, wait=False):
        point_to(home, to)
        write_index(home)
    typer.echo(f"{to} is in force")
