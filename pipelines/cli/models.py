"""models: what the registry holds, and which of it is champion."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
import pyarrow as pa
import typer

from pipelines.cli.inspect import show
from pipelines.cli.options import Home, Json, show_json
from pipelines.night.home_locks import writer_lock
from pipelines.settings.load import load_settings

# MLflow takes seconds to import: each command asks for it itself.

commands = typer.Typer(help="List, compare, promote and roll back the registered models.", no_args_is_help=True)

Version = Annotated[str, typer.Argument(help="Number of a registered version.")]


def add_to(app: typer.Typer) -> None:
    for name, command in (("list", list_models), ("compare", compare), ("promote", promote), ("rollback", rollback)):
        commands.command(name)(command)
    app.add_typer(commands, name="models")


def list_models(home: Home, as_json: Json = False) -> None:
    """List the registered models, with their figures when they were judged and what was decided.

    Example: `nightshelf models list shop`
    """
    from pipelines.registry.versions import list_versions

    rows = [model.row() for model in list_versions(home, load_settings(home))]
    if as_json:
        show_json(rows)
    elif rows:
        show(duckdb.from_arrow(pa.Table.from_pylist(rows)))
    else:
        typer.echo(f"no model yet; make one with: nightshelf run {home}")


def compare(home: Home, first: Version, second: Version, as_json: Json = False) -> None:
    """Show the figures of two models, and their paired difference where one was judged against the other.

    Example: `nightshelf models compare shop 3 4`
    """
    from pipelines.registry.versions import compare_versions

    found = compare_versions(home, load_settings(home), first, second)
    if as_json:
        show_json({"first": first, "second": second, **found})
        return
    show(duckdb.from_arrow(pa.Table.from_pylist(_rows(found, first, second))))
    typer.echo(f"\n{found['says']}.")
    if paired := found["difference"]:
        span = f"95 % interval {paired['low']:+.4f} to {paired['high']:+.4f}" if paired["users"] else "no users"
        typer.echo(f"NDCG@10 of version {second} less that of version {first}: {paired['value']:+.4f} ({span})")


def promote(home: Home, version: Version, as_json: Json = False) -> None:
    """Make a registered model champion: the nights after the newest release are judged against it.

    It is loaded back first. The tables in force stay as they are. Example: `nightshelf models promote shop 3`
    """
    from pipelines.registry import promotion

    settings = load_settings(home)
    with writer_lock(home, wait=False):
        change = promotion.promote(home, settings, version)
    _tell(change, as_json)


def rollback(home: Home, as_json: Json = False) -> None:
    """Make the champion before the present one champion again; the nights after the newest release obey.

    The tables in force stay as they are: `nightshelf rollback` puts an earlier release in force.
    Example: `nightshelf models rollback shop`
    """
    from pipelines.registry import promotion

    settings = load_settings(home)
    with writer_lock(home, wait=False):
        change = promotion.roll_back(home, settings)
    _tell(change, as_json)


def _tell(change: Any, as_json: bool) -> None:
    if as_json:
        show_json(vars(change))
    else:
        typer.echo(f"{change.name} {change.version} is champion; nights after {change.run_date} are judged against it")


def _rows(found: dict[str, Any], first: str, second: str) -> list[dict[str, str]]:
    return [
        {"metric": metric, f"version {first}": _figure(two["first"]), f"version {second}": _figure(two["second"])}
        for metric, two in found["metrics"].items()
    ]


def _figure(numbers: dict[str, Any]) -> str:
    if not numbers["users"]:
        return "no users"
    span = "" if numbers["low"] is None else f" ({numbers['low']:.4f} to {numbers['high']:.4f})"
    return f"{numbers['value']:.4f}{span}"
