"""One contract a table: schema, checks and dictionary are made from it and cannot drift."""

import re
from datetime import date
from pathlib import Path

import pytest

from pipelines.contracts.all_tables import MEASUREMENTS, TABLES
from pipelines.contracts.check_sql import bound, check_queries
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.contracts.views import VIEWS, views_read
from pipelines.report.reference_docs import DOCUMENTS
from pipelines.settings.checks import Checks
from spark_jobs.engine import spark_schema

ROOT = Path(__file__).parents[2]
ALL = list(TABLES.values())


@pytest.mark.parametrize("table", ALL, ids=lambda t: t.name)
def test_keys_sort_and_references_are_columns(table):
    names = [c.name for c in table.columns]
    assert len(set(names)) == len(names)
    assert set(table.key) | set(table.sort) <= set(names)
    for column in table.columns:
        if column.refers_to:
            other, key = column.refers_to.split(".")
            assert key in [c.name for c in TABLES[other].columns]


@pytest.mark.parametrize("table", ALL, ids=lambda t: t.name)
def test_spark_and_parquet_see_the_same_columns(table):
    spark, arrow = spark_schema(table), table.schema()
    assert [f.name for f in spark.fields] == arrow.names
    assert [f.nullable for f in spark.fields] == [f.nullable for f in arrow]
    assert all(f.metadata["comment"] == arrow.field(f.name).metadata[b"comment"].decode() for f in spark.fields)


@pytest.mark.parametrize("table", [*ALL, *MEASUREMENTS], ids=lambda t: t.name)
def test_every_check_has_a_name_of_its_own_and_bounds_that_settings_know(table):
    checks = table.all_checks()
    assert len({c.name for c in checks}) == len(checks)
    for check in checks:
        low, high = bound(check.at_least, Checks()), bound(check.at_most, Checks())
        assert low is not None or high is not None, check.name
        assert check.severity in ("fail", "warn")
        assert check.says


@pytest.mark.parametrize("table", ALL, ids=lambda t: t.name)
def test_every_check_is_either_part_of_the_one_pass_or_a_query(table):
    one_pass, queries = check_queries(table, date(2025, 1, 1))
    assert len(one_pass) - 1 + len(queries) == len(table.all_checks())


@pytest.mark.parametrize("table", ALL, ids=lambda t: t.name)
def test_every_check_lists_exactly_the_views_that_its_query_names(table):
    for check in table.all_checks():
        named = set(re.findall(r"\b(?:from|join) (\w+)", check.sql)) - {table.name}
        if not table.in_days:  # its references are joined before days are summed
            assert set(check.views) == named, check.name
        assert set(check.views) <= {*VIEWS, *TABLES}, check.name


def test_a_view_that_the_writer_does_not_hand_in_is_named_with_check_and_table():
    handed_in = ["active_users", "hidden_products", "list_length", "products"]
    with pytest.raises(
        ValueError, match=r"check 'lists are whole' of table user_topk reads the view showable_products"
    ):
        views_read(USER_TOPK, handed_in)
    assert views_read(USER_TOPK, [*handed_in, "showable_products"]) == (*handed_in, "showable_products")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_generated_documents_are_fresh(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == DOCUMENTS[name](), "run: make docs"
