"""The content hash: the same for the same rows, whatever files, order, release; another for any other value."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.night.content_hash import content_hash

ROWS = [("u1", 1, "b1", 0.5), ("u1", 2, "b2", 0.25), ("u2", 1, "b1", 0.125)]


def write(folder, rows, *, files=1, version="1", release="r1"):
    folder.mkdir()
    full = [
        {
            "user_id": u,
            "rank": r,
            "bundle_id": b,
            "score": s,
            "model_version": version,
            "run_date": date(2025, 1, 1),
            "release_id": release,
        }
        for u, r, b, s in rows
    ]
    for n in range(files):
        pq.write_table(pa.Table.from_pylist(full[n::files], USER_BUNDLES.schema()), folder / f"{n}.parquet")
    return content_hash(folder, USER_BUNDLES)


def test_order_layout_release_and_version_do_not_matter(tmp_path):
    first = write(tmp_path / "a", ROWS)
    assert first[0] == 3
    assert write(tmp_path / "b", ROWS[::-1], files=2, version="9", release="r2") == first


@pytest.mark.parametrize(
    "rows",
    [
        ROWS[:2],
        [*ROWS, ROWS[0]],
        [*ROWS[:2], ("u2", 1, "b1", 0.1250001)],
        [("u1", 1, "b2", 0.5), ("u1", 2, "b1", 0.25), ("u2", 1, "b1", 0.125)],
        [*ROWS[:2], ("u2", 1, "", 0.125)],
    ],
)
def test_any_other_content_shows(tmp_path, rows):
    assert write(tmp_path / "a", ROWS)[1] != write(tmp_path / "b", rows)[1]


def test_a_table_that_was_not_written_has_no_rows(tmp_path):
    assert content_hash(tmp_path / "none", USER_BUNDLES)[0] == 0
