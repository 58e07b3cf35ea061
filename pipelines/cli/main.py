"""The command line: one file for each group of commands."""

from __future__ import annotations

import sys

import typer

from pipelines.cli import backfill, inspect, models, nights, services, shop
from pipelines.errors import NightshelfError

app = typer.Typer(
    name="nightshelf",
    help="Nightly recommendation tables from behaviour, reviews and catalogue.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for group in (shop, nights, backfill, models, inspect, services):
    group.add_to(app)


def main() -> None:
    """Run the command line; what nightshelf knows to be wrong is said in one sentence, with its exit code."""
    try:
        app()
    except NightshelfError as known:
        typer.secho(f"error: {known}", fg="red", err=True)
        sys.exit(known.exit_code)


if __name__ == "__main__":
    main()
