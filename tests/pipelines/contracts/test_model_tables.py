"""Contracts of the tables that `embed` writes find vectors that are none, and rows that do not fit the catalogue."""

from datetime import date

import pyarrow as pa
import pytest

from pipelines.contracts.newcomers import NEWCOMERS
from pipelines.contracts.product_embeddings import PRODUCT_EMBEDDINGS
from pipelines.contracts.user_embeddings import USER_EMBEDDINGS
from pipelines.night.table_io import measure

CATALOGUE = pa.table({"product_id": ["mug", "pot"]})
MUG = {"product_id": "mug", "text_hash": "h", "vector": [0.6, 0.8], "model_version": "1"}
POT = MUG | {"product_id": "pot", "vector": [1.0, 0.0]}
ANN = {
    "user_id": "a", "history": ["pot", "mug"], "turns": [0, 1], "products": 2, "vector": [0.0, 1.0],
    "model_version": "1",
}  # fmt: skip
LOOKS_AT_MUG = {"segment": "session: mug", "history": ["mug"], "turns": [0], "hidden": ["mug"], "model_version": "1"}
ROWS = {PRODUCT_EMBEDDINGS: [MUG, POT], USER_EMBEDDINGS: [ANN], NEWCOMERS: [LOOKS_AT_MUG]}


def broken(table, rows):
    """The checks that do not hold; all of these have numbers as bounds."""
    numbers = measure(pa.Table.from_pylist(rows, table.schema()), table, date(2025, 1, 1), {"products": CATALOGUE})
    return {check.name for check in table.all_checks() if numbers[check.name] > check.at_most}


@pytest.mark.parametrize("table", ROWS, ids=lambda table: table.name)
def test_good_rows_hold(table):
    assert broken(table, ROWS[table]) == set()


@pytest.mark.parametrize("table", ROWS, ids=lambda table: table.name)
def test_no_rows_hold_where_there_is_no_product(table):
    expected = {"each product has a vector"} if table is PRODUCT_EMBEDDINGS else set()
    assert broken(table, []) == expected


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        ([float("nan"), 0.0], {"vectors have length one"}),
        ([None, 1.0], {"vectors have length one"}),
        ([0.0, 0.0], {"vectors have length one"}),
        ([1.0, 1.0], {"vectors have length one"}),
        ([], {"vectors have length one", "vectors are as long"}),
        ([1.0, 0.0, 0.0], {"vectors are as long"}),
    ],
)
def test_a_vector_that_is_none_is_found(vector, expected):
    assert broken(PRODUCT_EMBEDDINGS, [MUG, POT | {"vector": vector}]) == expected
    assert broken(USER_EMBEDDINGS, [ANN, ANN | {"user_id": "b", "vector": vector}]) == expected


@pytest.mark.parametrize(
    ("table", "rows", "expected"),
    [
        (PRODUCT_EMBEDDINGS, [MUG], {"each product has a vector"}),
        (PRODUCT_EMBEDDINGS, [MUG, POT, POT | {"product_id": "x"}], {"product_id exists in products"}),
        (USER_EMBEDDINGS, [ANN | {"history": ["pot", "x"]}], {"history exists in products"}),
        (USER_EMBEDDINGS, [ANN | {"turns": [0]}], {"as many turns as history"}),
        (USER_EMBEDDINGS, [ANN | {"products": 3}], {"products are counted"}),
        (NEWCOMERS, [LOOKS_AT_MUG | {"turns": []}], {"as many turns as history"}),
        (NEWCOMERS, [LOOKS_AT_MUG | {"hidden": ["x"]}], {"hidden exists in products"}),
        (NEWCOMERS, [LOOKS_AT_MUG | {"history": ["x"]}], {"history exists in products"}),
        (NEWCOMERS, [LOOKS_AT_MUG, LOOKS_AT_MUG], {"key is unique"}),
    ],
)
def test_a_row_that_does_not_fit_is_found(table, rows, expected):
    assert broken(table, rows) == expected
