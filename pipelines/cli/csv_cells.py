"""Cells of CSV that a spreadsheet would take for a formula.

Product ids, titles and texts come from a shop's files, where anyone may have written them; Excel and LibreOffice run a
cell of text that begins like a formula (OWASP: CSV injection).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # most commands need no pandas, which takes long to import
    import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBERS_AND_TIMES = "biufcmM"  # kinds of NumPy types

Raw = Annotated[
    bool,
    typer.Option(
        "--raw",
        help="In CSV, leave texts as they are. Without it, one that a spreadsheet would take for a "
        "formula (it begins with = + - @, tab or line end) gets an apostrophe before it.",
    ),
]


def defused(cell: object) -> object:
    """A text that begins like a formula with an apostrophe before it; anything else as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with the texts in its cells and column names defused; numbers and times stay as they are."""
    texts = {name: column.map(defused) for name, column in frame.items() if column.dtype.kind not in NUMBERS_AND_TIMES}
    return frame.assign(**texts).rename(columns=defused)
