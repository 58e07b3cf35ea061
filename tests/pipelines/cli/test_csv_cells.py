"""Cells of CSV that a spreadsheet would run as a formula."""

import datetime as dt

import pandas as pd
import pytest

from pipelines.cli.csv_cells import defused, without_formulas


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "＝1+1"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["a=1", "", " =1", "'=1", -1, -1.5, None, dt.date(2025, 3, 31)])
def test_anything_else_stays_as_it_is(cell):
    assert defused(cell) is cell


def test_cells_and_column_names_are_defused_and_numbers_stay_numbers():
    frame = pd.DataFrame({"title": ["=cmd()", "hat", None], "price": [-1.5, 2.0, 3.0], "@n": [-1, 2, 3]})
    assert without_formulas(frame).to_csv(index=False) == "title,price,'@n\n'=cmd(),-1.5,-1\nhat,2.0,2\n,3.0,3\n"
