"""The reader that looks at a home while it is disturbed finds what it is there for."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.faults.reader import look
from tests.pipelines.publish.conftest import BEFORE, OLDER


@pytest.fixture
def home(copy_of):
    """A home with two releases, one of them in force."""
    return copy_of("home")


def table(home: Path, release: str, name: str) -> Path:
    return next((home / "releases" / release / name).glob("*.parquet"))


@pytest.fixture
def expected(home):
    """The rows of `user_topk` and `bundles` in both releases."""
    return {
        release: {name: pq.read_metadata(table(home, release, name)).num_rows for name in ("user_topk", "bundles")}
        for release in (OLDER, BEFORE)
    }


def renamed(home, expected):
    """Rows of both tables say of which release they are: that of the night they were copied from."""
    for release in (OLDER, BEFORE):
        for name in expected[release]:
            file = table(home, release, name)
            rows = pq.read_table(file)
            column = rows.schema.get_field_index("release_id")
            kind = rows.schema.field(column)
            pq.write_table(rows.set_column(column, kind, [[release] * rows.num_rows]), file)


def test_whole_releases_are_right(home, expected):
    renamed(home, expected)
    assert look(home, expected) == []


def test_each_kind_of_wrong_is_told(home, expected):
    renamed(home, expected)
    file = table(home, BEFORE, "user_topk")
    whole = pq.read_table(file)
    pq.write_table(whole.slice(1), file)
    assert look(home, expected) == ["partial"]
    shutil.copy(table(home, OLDER, "user_topk"), file)
    assert look(home, expected) == ["mixed"]
    file.write_bytes(file.read_bytes()[:100])
    assert look(home, expected) == ["partial"]
    file.unlink()
    assert look(home, expected) == ["missing"]


def test_a_release_that_nobody_expects_is_told(home, expected):
    renamed(home, expected)
    assert look(home, {OLDER: expected[OLDER]}) == ["partial"]
