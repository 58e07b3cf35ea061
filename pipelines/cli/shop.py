"""nightshelf init and user-key: the home of a shop, and the pseudonyms of its users."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.csv_cells import Raw, defused
from pipelines.cli.options import Home
from pipelines.errors import SettingsError
from pipelines.night.new_home import create_demo_home, create_home
from pipelines.night.run_date import first_command
from pipelines.night.user_key import load_user_key, pseudonym
from pipelines.settings.load import FILE, load_settings


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command("user-key")(user_key)


def init(
    home: Home,
    template: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Settings of a real shop, such as examples/online_retail.toml."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER", help="That shop's files: a folder or an address (s3://…), put in place of {source}."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed of the demo shop.")] = 7,
) -> None:
    """Create the home of a shop: settings, key of user ids, and the demo shop's files unless --from is given.

    Example: `nightshelf init shop` · `nightshelf init retail --from examples/online_retail.toml --source data`
    """
    key = create_demo_home(home, seed) if template is None else create_home(home, template, source)
    typer.echo(f"shop at {home}: settings in {home / FILE}, key of user ids in {key}")
    typer.echo(f"next: {first_command(home)}")


def user_key(
    home: Home,
    file: Annotated[Path, typer.Option("--in", metavar="FILE", help="User ids, one a line; - for standard input.")],
    raw: Raw = False,
) -> None:
    """Print the pseudonym in the tables of each of a shop's user ids, as CSV (`user_id,pseudonym`).

    Example: `nightshelf user-key shop --in customers.txt > pseudonyms.csv`
    """
    load_settings(home)
    key = load_user_key(home)
    if str(file) != "-" and not file.is_file():
        raise SettingsError(f"--in {file}: no such file.")
    with sys.stdin if str(file) == "-" else file.open(encoding="utf-8") as lines:
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(("user_id", "pseudonym"))
        for user_id in filter(None, map(str.strip, lines)):
            table.writerow((user_id if raw else defused(user_id), pseudonym(key, user_id)))
