from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contracts.product_embeddings import PRODUCT_EMBEDDINGS
from pipelines.contracts.reviews import REVIEWS
from pipelines.errors import StepFailed
from pipelines.night.day_versions import folder_of, record_versions_read, versions_read
from pipelines.night.night import Night
from pipelines.night.store import Version, store_of
from pipelines.night.table_io import read_table, write_table
from pipelines.settings.tree import Settings
from pipelines.state_files import read_state
from tests.given import put


@pytest.fixture
def night(tmp_path):
    return Night(
        home=tmp_path, run_date=date(2025, 1, 2), run_id="r", release_id="2025-01-02-01", fingerprint="f",
        settings=Settings(), files={}, columns={}, left_out=(), key_fingerprint="k", catalogue_as_of=date(2025, 1, 2),
    )  # fmt: skip


def review(number, day):
    return {
        "review_id": f"r{number}", "user_id": None, "product_id": "p", "rating": 4.0, "title": None, "text": "fine",
        "ts": datetime(2025, 1, day, tzinfo=UTC), "helpful_votes": None, "day": date(2025, 1, day), "flags": [],
    }  # fmt: skip


def test_an_unwritten_table_has_no_rows(night):
    table = read_table(night, REVIEWS)
    assert table.num_rows == 0
    assert table.schema == REVIEWS.schema()


def test_the_days_of_the_night_are_read_and_sorted(night):
    put(night, REVIEWS, [review(day * 10 + n, day) for day in (3, 2, 1) for n in (1, 0)])
    versions = versions_read(night)["reviews"]
    record_versions_read(night, reviews={day: version for day, version in versions.items() if day < "2025-01-03"})
    table = read_table(night, REVIEWS)
    assert table["review_id"].to_pylist() == ["r10", "r11", "r20", "r21"]
    assert table["day"].to_pylist()[0] == date(2025, 1, 1)
    assert table.schema == REVIEWS.schema()


def test_a_column_that_a_file_lacks_is_an_error(night):
    lacking = pa.Table.from_pylist([review(1, 1)], schema=REVIEWS.schema()).drop_columns("product_id")
    made = night.work / "building" / "reviews"
    made.mkdir(parents=True)
    pq.write_table(lacking, made / "part-0.parquet")
    store_of(night.home).commit({made: Version(folder_of(night.home, REVIEWS, "2025-01-01", "v"), {})})
    record_versions_read(night, reviews={"2025-01-01": "v"})
    with pytest.raises(StepFailed, match="product_id is missing"):
        read_table(night, REVIEWS)


def test_what_is_written_is_sorted_measured_and_read_back(night):
    rows = pa.table({
        "model_version": ["1", "1", "1"], "vector": [[1.0], [0.5], [0.0]],
        "product_id": ["b", "a", "a"], "text_hash": ["h", "h", "h"],
    })  # fmt: skip
    write_table(night, PRODUCT_EMBEDDINGS, rows, {"products": rows})
    assert read_table(night, PRODUCT_EMBEDDINGS)["product_id"].to_pylist() == ["a", "a", "b"]
    numbers = read_state(night.aggregates(PRODUCT_EMBEDDINGS))
    assert numbers["row count"] == 3
    assert numbers["key is unique"] == 1
    assert numbers["vector is there"] == 0
    assert not read_table(replace(night, run_id="other"), PRODUCT_EMBEDDINGS).num_rows
