"""nightshelf models: the registered models, and which of them is champion."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipelines.cli.options import Home, Json
from pipelines.cli.output import print_json, print_rows
from pipelines.night.home_locks import writer_lock
from pipelines.night.run_date import first_command
from pipelines.settings.load import load_settings

# MLflow takes seconds to import, so each command imports what uses it.

commands = typer.Typer(help="List, compare, promote and roll back the registered models.", no_args_is_help=True)

Version = Annotated[str, typer.Argument(help="Number of a registered version, as `models list` prints it.")]


def add_to(app: typer.Typer) -> None:
    for name, command in (("list", list_models), ("compare", compare), ("promote", promote), ("rollback", rollback)):
        commands.command(name)(command)
    app.add_typer(commands, name="models")


def list_models(home: Home, as_json: Json = False) -> None:
    """List the registered models, oldest first: NDCG@10 on their test days, alias and reason of the decision.

    Example: `nightshelf models list shop`
    """
    from pipelines.registry.versions import list_versions

    rows = [model.row() for model in list_versions(home, load_settings(home).mlflow)]
    if as_json:
        print_json(rows)
    elif rows:
        print_rows(rows)
    else:
        typer.echo(f"no model yet; make one with: {first_command(home)}")


def compare(home: Home, first: Version, second: Version, as_json: Json = False) -> None:
    """Show the figures of two models, and their paired difference where one was judged against the other.

    Example: `nightshelf models compare shop 3 4`
    """
    from pipelines.registry.versions import compare_versions

    comparison = compare_versions(home, load_settings(home).mlflow, first, second)
    if as_json:
        print_json({"first": first, "second": second, **comparison})
        return
    print_rows(
        [
            {"metric": metric, f"version {first}": _figure(pair["first"]), f"version {second}": _figure(pair["second"])}
            for metric, pair in comparison["metrics"].items()
        ]
    )
    typer.echo(f"\n{comparison['says']}.")
    if paired := comparison["difference"]:
        interval = f"95 % interval {paired['low']:+.4f} to {paired['high']:+.4f}" if paired["users"] else "no users"
        typer.echo(f"NDCG@10 of version {second} minus that of version {first}: {paired['value']:+.4f} ({interval})")


def _figure(figure: dict[str, Any]) -> str:
    """A value with its interval."""
    if not figure["users"]:
        return "no users"
    interval = "" if figure["low"] is None else f" ({figure['low']:.4f} to {figure['high']:.4f})"
    return f"{figure['value']:.4f}{interval}"


def promote(home: Home, version: Version, as_json: Json = False) -> None:
    """Make a registered model champion: nights of dates after the newest release are judged against it.

    The model is loaded back and checked first. The release in force stays as it is.
    Example: `nightshelf models promote shop 3`
    """
    from pipelines.registry import promotion

    settings = load_settings(home).mlflow
    with writer_lock(home, wait=False):
        change = promotion.promote(home, settings, version)
    _print_champion(change, as_json)


def rollback(home: Home, as_json: Json = False) -> None:
    """Make the previous champion champion again: nights of dates after the newest release are judged against it.

    The release in force stays as it is; `nightshelf rollback` puts an earlier release in force.
    Example: `nightshelf models rollback shop`
    """
    from pipelines.registry import promotion

    settings = load_settings(home).mlflow
    with writer_lock(home, wait=False):
        change = promotion.roll_back(home, settings)
    _print_champion(change, as_json)


def _print_champion(change: Any, as_json: bool) -> None:
    if as_json:
        print_json(vars(change))
    else:
        typer.echo(f"{change.name} {change.version} is champion; nights after {change.run_date} are judged against it")
