"""Printing: JSON for programs, tables for people."""

from __future__ import annotations

import json
import sys
from typing import Any

import duckdb
import pyarrow as pa
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

MOST_ROWS = 1000
WIDTH = 200  # characters of a line where the output is not a terminal


def print_json(tree: Any) -> None:
    """Print `tree` as JSON; dates and paths become text."""
    typer.echo(json.dumps(tree, indent=1, default=str))


def print_rows(rows: list[dict[str, Any]], most: int = MOST_ROWS) -> None:
    """Print dictionaries with the same keys as a table, at most `most` of them."""
    print_relation(duckdb.from_arrow(pa.Table.from_pylist(rows)), most)


def print_relation(relation: duckdb.DuckDBPyRelation, most: int = MOST_ROWS) -> None:
    """Print a relation as a table, at most `most` rows; says so where there are more."""
    grid = Table(show_edge=False, header_style="bold")
    for name in relation.columns:
        grid.add_column(name, overflow="fold")
    rows = relation.limit(most + 1).fetchall()
    for row in rows[:most]:
        grid.add_row(*(escape(_cell(value)) for value in row))  # square brackets in a text are not rich's markup
    Console(width=None if sys.stdout.isatty() else WIDTH).print(grid)
    if len(rows) > most:
        typer.echo(f"only the first {most:,} rows are shown; --format csv prints all", err=True)


def _cell(value: Any) -> str:
    """A value as text; numbers, also those inside lists and structs, with six digits."""
    match value:
        case None:
            return ""
        case float():
            return f"{value:.6g}"
        case list():
            return f"[{', '.join(map(_cell, value))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_cell(item)}' for key, item in value.items() if item is not None)}}}"
        case _:
            return str(value)
