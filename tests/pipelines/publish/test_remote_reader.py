"""Reading a copy: with nightshelf, and as docs/copies.md shows it for pyarrow, pandas and DuckDB."""

import re
from pathlib import Path

import pytest
from pyarrow.fs import FileSystem

from pipelines.publish.release_copies import copy_releases
from pipelines.publish.remote_reader import read_remote_current
from pipelines.publish.remote_store import CopyFailed, RemoteStore
from tests.given import small_release

PAGE = Path(__file__).parents[3] / "docs" / "copies.md"


@pytest.fixture
def copy(address, tmp_path):
    """An address with two releases; the second is in force."""
    small_release(tmp_path, 1)
    small_release(tmp_path, 2, ("sofa", "vase"))
    copy_releases(tmp_path, RemoteStore(address))
    return address


def test_it_opens_the_files_that_the_list_names_and_no_others(copy):
    RemoteStore(copy).replace("releases/2026-03-02-01/user_topk/part-1.parquet", b"not listed", None)
    release = read_remote_current(copy)
    assert release.files("user_topk") == [f"{copy}/releases/2026-03-02-01/user_topk/part-0.parquet"]
    assert release.read("user_topk")["product_id"].to_pylist() == ["sofa", "vase"]
    with pytest.raises(CopyFailed, match='has no table "reviews"; tables: bundles, user_topk'):
        release.read("reviews")


def test_a_copy_with_a_cut_or_missing_file_is_refused(copy):
    store, path = FileSystem.from_uri(f"{copy}/releases/2026-03-02-01/user_topk/part-0.parquet")
    with store.open_output_stream(path) as out:
        out.write(b"cut")
    with pytest.raises(CopyFailed, match="release 2026-03-02-01 is not whole"):
        read_remote_current(copy)


def test_a_list_that_the_pointer_does_not_name_is_refused(copy):
    remote, path = RemoteStore(copy), "releases/2026-03-02-01/_commit.json"
    content, version = remote.read(path)
    remote.replace(path, content + b"\n", version)
    with pytest.raises(CopyFailed, match="release 2026-03-02-01 is not whole"):
        read_remote_current(copy)


def test_an_address_without_copies_is_named(address):
    with pytest.raises(CopyFailed, match=f"{address} has no current.json"):
        read_remote_current(address)


@pytest.mark.parametrize("number", [0, 1])
def test_the_examples_of_the_documentation_read_the_release_in_force(copy, number):
    example = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)[number]
    names = {}
    exec(example.replace("s3://bucket/shop", copy), names)
    assert names["topk"].to_pandas()["product_id"].tolist() == ["sofa", "vase"]
