"""nightshelf sql, preview, report: reading a release."""

from __future__ import annotations

import sys
import webbrowser
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import pyarrow as pa
import typer

from pipelines.cli.csv_cells import Raw, without_formulas
from pipelines.cli.options import HOME_HELP, Home, default_home
from pipelines.cli.output import print_relation
from pipelines.contracts.all_tables import OUTPUTS
from pipelines.errors import SettingsError
from pipelines.night.release_tables import TABLE_NAMES, open_tables, select
from pipelines.night.releases import current, find_release
from pipelines.settings.load import load_settings

TABLES = f"Tables: {', '.join(TABLE_NAMES)}"
SAME_IN_EVERY_ROW = ("run_date", "release_id", "model_version")

ReleaseId = Annotated[str, typer.Option(metavar="RELEASE", help="Release id; without it: the release in force.")]


class Format(StrEnum):
    """How the result of a query is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    for command in (sql, preview, report):
        app.command()(command)


def sql(
    first: Annotated[str, typer.Argument(metavar="[HOME]", help=HOME_HELP)],
    second: Annotated[str, typer.Argument(metavar="QUERY", help="SQL, in quotes.")] = "",
    release: ReleaseId = "",
    form: Annotated[Format, typer.Option("--format", help="How to print the result.")] = Format.TABLE,
    raw: Raw = False,
) -> None:
    """Query the tables of a release in SQL (DuckDB): one query that reads, and reads nothing but these tables.

    Tables: those that `nightshelf preview` shows, and the clean, feature and refused rows behind them
    (docs/data_dictionary.md).
    Example: `nightshelf sql shop "select user_id, rank, product_id, reason_text from user_topk limit 5"`
    """
    home, query = (Path(first), second) if second else (default_home(), first)
    load_settings(home)
    with open_tables(home, release) as connection:
        try:
            _print_result(select(connection, query), form, raw=raw)
        except duckdb.PermissionException as refused:
            reason = str(refused).splitlines()[0].removeprefix("Permission Error: ")
            raise SettingsError(
                f"a query reads the tables of a release, and no file or address: {reason}. {TABLES}"
            ) from refused
        except duckdb.Error as error:
            raise SettingsError(f"{error}\n{TABLES}") from error


def _print_result(result: duckdb.DuckDBPyRelation, form: Format, *, raw: bool) -> None:
    match form:
        case Format.TABLE:
            print_relation(result)
        case Format.CSV:
            frame = result.df()
            typer.echo((frame if raw else without_formulas(frame)).to_csv(index=False), nl=False)
        case Format.JSON:
            typer.echo(result.df().to_json(orient="records", date_format="iso"))


def preview(home: Home, rows: Annotated[int, typer.Option(min=1, help="Rows of each table.")] = 3) -> None:
    """Print where the tables are and the first rows of each. Example: `nightshelf preview shop`"""
    load_settings(home)
    with open_tables(home) as connection:
        typer.echo(f"tables of release {current(home)}: {home.resolve() / 'current'}/<table>/*.parquet\n")
        for table in OUTPUTS:
            ((count,),) = connection.execute(f"select count(*) from {table.name}").fetchall()
            typer.echo(f"{table.name} · {count:,} rows · {table.meaning}")
            columns = [
                c.name for c in table.columns if c.name not in SAME_IN_EVERY_ROW and not pa.types.is_struct(c.type)
            ]
            query = f"select {', '.join(columns)} from {table.name} order by all limit {rows}"
            print_relation(connection.sql(query))
            typer.echo("")


def report(
    home: Home,
    release: ReleaseId = "",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Print the address of a release's report page and open it in a browser. Example: `nightshelf report shop`"""
    load_settings(home)
    page = find_release(home, release).folder.resolve() / "report.html"
    typer.echo(page.as_uri())
    if not no_browser and sys.stdout.isatty():
        webbrowser.open(page.as_uri())
