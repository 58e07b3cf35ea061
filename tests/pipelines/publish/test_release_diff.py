"""The differences of two releases: none, keys, and columns, with and without a tolerance."""

import pytest
from typer.testing import CliRunner

from pipelines.atomic_files import write_json
from pipelines.cli.main import app
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.night.store import Version, store_of
from pipelines.publish.release_diff import ColumnDiff, diff_releases
from tests.given import write

A, B = "2025-03-30-01", "2025-03-31-01"


def row(user, rank, product="shoe", score=0.5, contribution=0.25, evidence=("hat",)):
    reason = {"kind": "popular", "evidence": list(evidence), "users": 3, "contribution": contribution}
    return {"user_id": user, "rank": rank, "product_id": product, "score": score, "reason": reason}


def release(home, name, rows):
    made = home / "staging" / name
    write(made / "user_topk", USER_TOPK, [r | {"release_id": name} for r in rows])
    write_json(made / "manifest.json", {"kind": "night", "number": 1})
    store_of(home).commit({made: Version(home / "releases" / name, {})})


@pytest.fixture
def diff(tmp_path):
    """The difference of `user_topk` between two releases with these rows."""

    def of(a, b, tolerance=0.0):
        release(tmp_path, A, a)
        release(tmp_path, B, b)
        found = {table.table: table for table in diff_releases(tmp_path, A, B, tolerance)}
        assert all(table.same for name, table in found.items() if name != "user_topk")
        return found["user_topk"]

    return of


def test_rows_in_another_order_and_release_are_the_same(diff):
    assert diff([row("u1", 1), row("u2", 1)], [row("u2", 1), row("u1", 1)]).same


def test_keys_that_only_one_has_are_counted(diff):
    found = diff([row("u1", 1), row("u2", 1)], [row("u1", 1), row("u1", 2), row("u3", 1)])
    assert (found.rows_a, found.rows_b, found.only_a, found.only_b, found.columns) == (2, 3, 1, 2, {})


def test_each_column_that_differs_is_named_with_its_greatest_difference(diff):
    found = diff([row("u1", 1), row("u2", 1)], [row("u1", 1, "hat"), row("u2", 1, score=0.75)])
    assert found.columns == {"product_id": ColumnDiff(1, None), "score": ColumnDiff(1, 0.25)}


def test_a_tolerance_holds_for_numbers_in_structs_too(diff):
    a, b = [row("u1", 1, score=0.5, contribution=0.25)], [row("u1", 1, score=0.5625, contribution=0.3125)]
    assert set(diff(a, b, 0.05).columns) == {"score", "reason"}


@pytest.mark.parametrize(
    ("tolerance", "same"), [(0.0625, True), (0.06, False)], ids=["as great as the difference", "smaller"]
)
def test_what_lies_within_the_tolerance_is_equal(diff, tolerance, same):
    a, b = [row("u1", 1, score=0.5, contribution=0.25)], [row("u1", 1, score=0.5625, contribution=0.3125)]
    assert diff(a, b, tolerance).same is same


@pytest.mark.parametrize("evidence", [("hat", "sock"), ("sock",), ()])
def test_lists_are_compared_item_by_item(diff, evidence):
    found = diff([row("u1", 1)], [row("u1", 1, evidence=evidence)], 0.5)
    assert found.columns == {"reason": ColumnDiff(1, None)}


def test_the_command_prints_what_differs_and_says_so_by_its_exit_code(tmp_path):
    (tmp_path / "nightshelf.toml").write_text("")
    release(tmp_path, A, [row("u1", 1)])
    release(tmp_path, B, [row("u1", 1, score=0.75)])
    different = CliRunner().invoke(app, ["diff", str(tmp_path), A, B])
    assert different.exit_code == 1
    assert "user_topk: 1 and 1 rows; 0 keys only in A, 0 only in B\n  score: differs in 1 rows, by at most 0.25\n" in (
        different.stdout
    )
    assert CliRunner().invoke(app, ["diff", str(tmp_path), A, B, "--tolerance", "0.25"]).exit_code == 0
    assert CliRunner().invoke(app, ["diff", str(tmp_path), A, A]).exit_code == 0
