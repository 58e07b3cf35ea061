"""nightshelf releases, rollback, diff: what nights have published."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Home, Json
from pipelines.cli.output import print_json
from pipelines.errors import SettingsError, StepFailed
from pipelines.night.home_locks import writer_lock
from pipelines.night.releases import list_releases, point_to, previous_release
from pipelines.night.run_date import first_command
from pipelines.publish.release_copies import keep_copies
from pipelines.publish.release_diff import describe, diff_releases
from pipelines.publish.removal import remove_release
from pipelines.report.releases_page import write_index
from pipelines.settings.load import FILE, load_settings
from pipelines.settings.tree import Settings


def add_to(app: typer.Typer) -> None:
    for command in (releases, rollback, diff):
        app.command()(command)


def releases(
    home: Home,
    remove: Annotated[
        str, typer.Option(metavar="RELEASE", help="Take this release back, with the champion that it made.")
    ] = "",
    copy: Annotated[
        bool, typer.Option("--copy", help="Bring the copies at [releases] also_to up to date with the home.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the kept releases, oldest first. Example: `nightshelf releases shop`"""
    settings = load_settings(home)
    if copy:
        if not settings.releases.also_to:
            raise SettingsError(f"{home / FILE}: [releases] also_to is empty; name the address that holds the copies.")
        with writer_lock(home, wait=False):
            _keep_copies(home, settings)
        return
    if remove:
        with writer_lock(home, wait=False):
            in_force, champion = remove_release(home, settings, remove)
            typer.echo(f"{remove} is removed; in force: {in_force or 'none'}; champion: version {champion or 'none'}")
            _keep_copies(home, settings)
        return
    kept = list_releases(home)
    if as_json:
        print_json([vars(release) for release in kept])
        return
    if not kept:
        typer.echo(f"no release yet; make one with: {first_command(home)}")
    for release in kept:
        mark = "in force" if release.in_force else ""
        typer.echo(
            f"{release.release_id}  {release.kind}  model {release.model_name} {release.model_version}  {mark}".rstrip()
        )


def rollback(
    home: Home,
    to: Annotated[
        str, typer.Option(metavar="RELEASE", help="Release id; without it: the one before the one in force.")
    ] = "",
) -> None:
    """Put an earlier release in force again. Example: `nightshelf rollback shop --to 2025-03-30-01`"""
    settings = load_settings(home)
    release_id = to or previous_release(home)
    with writer_lock(home, wait=False):
        point_to(home, release_id)
        typer.echo(f"{release_id} is in force")
        _keep_copies(home, settings)


def _keep_copies(home: Path, settings: Settings) -> None:
    """Bring `[releases] also_to` up to date and write the page of releases. Raises StepFailed where a copy failed."""
    state = keep_copies(home, settings.releases)
    write_index(home)
    if state and not state.ok:
        raise StepFailed(state.says)


def diff(
    home: Home,
    a: Annotated[str, typer.Argument(metavar="A", help="Release id.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Release id.")],
    tolerance: Annotated[
        float, typer.Option(min=0, metavar="X", help="Numbers that differ by at most X are equal.")
    ] = 0.0,
    as_json: Json = False,
) -> None:
    """Compare the tables of two releases by content hash, then by key and column.

    Columns that only say when and by which run a row was made do not count.
    Exit codes: 0 equal · 1 different. Example: `nightshelf diff shop 2025-03-31-01 2025-03-31-02 --tolerance 1e-5`
    """
    load_settings(home)
    found = diff_releases(home, a, b, tolerance)
    if as_json:
        print_json([asdict(table) | {"same": table.same} for table in found])
    else:
        typer.echo("\n".join(line for table in found for line in describe(table)))
    if not all(table.same for table in found):
        raise typer.Exit(1)
