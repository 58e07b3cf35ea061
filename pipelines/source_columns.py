"""How our columns are found among the shop's."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pipelines.errors import SourceError
from pipelines.settings.model import Source
from pipelines.source_files import SourceFile

EXPECTED = {
    "events": (
        "user_id", "product_id", "event_type", "ts", "value", "quantity", "price", "dwell_s", "session_id",
        "order_id", "position", "propensity", "release_id",
    ),
    "reviews": ("user_id", "product_id", "rating", "title", "text", "ts", "helpful_votes"),
    "products": ("product_id", "title", "description", "categories", "brand", "price", "attributes", "available"),
}  # fmt: skip
REQUIRED = {
    "events": ("product_id", "event_type", "ts"),
    "reviews": ("product_id", "ts"),
    "products": ("product_id", "title"),
}


def map_columns(name: str, source: Source, files: Sequence[SourceFile], where: str) -> dict[str, str]:
    """Ours to theirs, for each column of ours that some file holds; derived columns are not in it.

    Raises SourceError with the column, the file and what the file has, where a mapped or required one is nowhere.
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
    return found


def names_in(source: Source, seen: Sequence[str]) -> list[str]:
    """The columns of the shop that the settings of a source speak of: mapped or ours, and of those `seen` in a file
    the ones that a derivation may name.
    """
    derived = " ".join(source.derive.values()).lower()
    ours = [c for columns in EXPECTED.values() for c in columns]
    return list(dict.fromkeys([*source.columns.values(), *ours, *(c for c in seen if c.lower() in derived)]))


def left_out(name: str, source: Source, found: dict[str, str]) -> list[str]:
    """Our optional columns that the shop does not deliver: what the night has to do without."""
    return [c for c in EXPECTED[name] if c not in found and c not in source.derive]


def _missing(where: str, name: str, ours: str, column: str, file: SourceFile) -> str:
    near = difflib.get_close_matches(column, file.columns, n=1, cutoff=0.5)
    hint = f' Did you mean "{near[0]}"?' if near else f" Map it in [sources.{name}.columns], or derive it."
    return (
        f'{where}: [sources.{name}] column "{ours}" is read from "{column}", but {file.path} has '
        f"{', '.join(file.columns)}.{hint}"
    )
