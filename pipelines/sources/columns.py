"""How our columns are found among the shop's."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pipelines.errors import SourceError
from pipelines.settings.sources import Source
from pipelines.sources.files import SourceFile

EXPECTED = {
    "events": (
        "user_id", "product_id", "event_type", "ts", "value", "quantity", "price", "dwell_s", "session_id",
        "order_id", "position", "propensity", "release_id",
    ),
    "reviews": ("user_id", "product_id", "rating", "title", "text", "ts", "helpful_votes"),
    "products": (
        "product_id", "title", "description", "categories", "brand", "price", "cost",
        "attributes", "available",
    ),
}  # fmt: skip
SHOWN = 40  # columns in a message, and characters of each: what is no header may be anything
REQUIRED = {
    "events": ("product_id", "event_type", "ts"),
    "reviews": ("product_id", "ts"),
    "products": ("product_id", "title"),
}


def map_columns(name: str, source: Source, files: Sequence[SourceFile], where: str) -> dict[str, str]:
    """Ours to theirs, for each column of ours that some file holds; derived columns are not in it.

    Raises SourceError with the column, the file and what the file has, where a mapped one is nowhere, or a file has not
    a required one. An optional one that a file has not is null in its rows.
    """
    known = EXPECTED[name]
    for ours in (*source.columns, *source.derive):
        if ours not in known:
            raise SourceError(f'{where}: [sources.{name}] maps "{ours}"; columns are {", ".join(known)}.')
    theirs = dict.fromkeys(c for f in files for c in f.columns)
    found = {}
    for ours in known:
        if ours in source.derive:
            continue
        column = source.columns.get(ours, ours)
        if column in theirs:
            found[ours] = column
        elif files and theirs and (ours in source.columns or ours in REQUIRED[name]):
            raise SourceError(_missing(where, name, ours, column, files[0]))
        if ours in REQUIRED[name] and (without := [f for f in files if _lacks(f, column)]):
            raise SourceError(_missing(where, name, ours, column, without[-1]))
    return found


def names_in(name: str, source: Source, seen: Sequence[str]) -> list[str]:
    """The columns of the shop that source `name` is read from: mapped or ours, and of those `seen` in a file the ones
    that a derivation may name. Of names that differ in case only there is one: SQL does not tell them apart.
    """
    derived = " ".join(source.derive.values()).lower()
    mapped = [source.columns.get(ours, ours) for ours in EXPECTED[name] if ours not in source.derive]
    named = [*mapped, *(c for c in seen if c and c.lower() in derived)]
    return list({c.lower(): c for c in reversed(named)}.values())[::-1]


def left_out(name: str, source: Source, found: dict[str, str]) -> list[str]:
    """Our optional columns that the shop does not deliver: what the night has to do without."""
    return [c for c in EXPECTED[name] if c not in found and c not in source.derive]


def _lacks(file: SourceFile, column: str) -> bool:
    """Whether a file says that it has no such column; JSON lines do not say it, an empty file need not."""
    return file.format != "jsonl" and bool(file.columns) and column not in file.columns and not file.gone


def _missing(where: str, name: str, ours: str, column: str, file: SourceFile) -> str:
    near = difflib.get_close_matches(column, file.columns, n=1, cutoff=0.5)
    hint = f' Did you mean "{near[0]}"?' if near else f" Map it in [sources.{name}.columns], or derive it."
    shown = [c if len(c) <= SHOWN else f"{c[:SHOWN]}…" for c in file.columns[:SHOWN]]
    more = f" and {len(file.columns) - SHOWN} others" if len(file.columns) > SHOWN else ""
    return (
        f'{where}: [sources.{name}] column "{ours}" is read from "{column}", but {file.path} has '
        f"{', '.join(shown)}{more}.{hint}"
    )
