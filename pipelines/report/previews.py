"""Previews of the published tables: meaning, number of rows, content hash and first rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.contracts.all_tables import OUTPUTS
from pipelines.contracts.contract import Column, Table
from pipelines.pages.formatting import NOTHING, counted, plain, share, short_id, short_number

ROWS = 5  # of each table
LISTED = 4  # elements of a list that are shown
CODE = 14  # characters of a product code that are shown; fewer of a pseudonym
PRODUCT_COLUMNS = ("product_id", "other_id")


@dataclass(frozen=True)
class Cell:
    """One value as text."""

    text: str
    is_number: bool


@dataclass(frozen=True)
class Preview:
    """A table of the release. `rows` and `content_hash` are the manifest's."""

    table: Table
    rows: int
    content_hash: str
    columns: tuple[Column, ...]
    first: list[list[Cell]]


def preview_tables(engine: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> list[Preview]:
    """All output tables, in the order of the contracts."""
    return [_preview(engine, table, manifest["tables"].get(table.name, {})) for table in OUTPUTS]


def _preview(engine: duckdb.DuckDBPyConnection, table: Table, facts: dict[str, Any]) -> Preview:
    columns = tuple(c for c in table.columns if c.name in table.content_columns())
    names = ", ".join(f'"{c.name}"' for c in columns)
    order = ", ".join(f'"{name}"' for name in table.sort)
    rows = engine.execute(f"select {names} from {table.name} order by {order} limit {ROWS}").fetchall()
    first = [[Cell(_text(c, v), is_numeric(c)) for c, v in zip(columns, row, strict=True)] for row in rows]
    return Preview(table, facts.get("rows", 0), facts.get("content_hash", ""), columns, first)


def is_numeric(column: Column) -> bool:
    """Whether the values of a column are numbers, which are aligned to the right."""
    return bool(pa.types.is_integer(column.type) or pa.types.is_floating(column.type))


def _text(column: Column, value: Any) -> str:
    if value is None:
        return NOTHING
    if column.name.endswith("_id"):
        return short_id(value, CODE) if column.name in PRODUCT_COLUMNS else short_id(value)
    if isinstance(value, dict):
        return _reason(value)
    if isinstance(value, list):
        return _listed(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return short_number(value) if is_numeric(column) else str(value)


def _reason(reason: dict[str, Any]) -> str:
    evidence = reason.get("evidence") or []
    words = [plain(reason.get("kind") or NOTHING), share(reason.get("contribution"))]
    if evidence:
        words.append(f"from {_listed(evidence)}")
    if reason.get("users"):
        words.append(counted(reason["users"], "user"))
    return ", ".join(words)


def _listed(values: list[Any]) -> str:
    shown = " · ".join(short_id(str(v), CODE) for v in values[:LISTED])
    return f"{shown} and {len(values) - LISTED} more" if len(values) > LISTED else shown
