"""Sources on an object store: a real S3 protocol, served by a local process."""

import os
from datetime import date

import pytest
from pyarrow.fs import FileSystem

from pipelines.errors import SourceError
from pipelines.settings.sources import Source
from pipelines.sources.ledger import files_of, scan_sources
from tests.s3_server import s3_server

DAY = date(2025, 1, 31)


@pytest.fixture(scope="module")
def bucket():
    """A bucket with an address; its files can be written with `put` and removed with `drop`."""
    with s3_server():
        yield Bucket()


class Bucket:
    def __init__(self):
        self.store, _ = FileSystem.from_uri("s3://shop/?allow_bucket_creation=true&allow_bucket_deletion=true")
        self.store.create_dir("shop")

    def put(self, path, data):
        with self.store.open_output_stream(f"shop/{path}", compression=None) as out:
            out.write(data)

    def drop(self, path):
        self.store.delete_file(f"shop/{path}")


def find(home, path):
    return files_of(scan_sources(home, "events", Source(path=path), DAY, {}), DAY)


def line(product):
    return f'{{"product_id": "{product}", "event_type": "view", "ts": "2025-01-01"}}\n'.encode()


def test_a_glob_a_folder_and_a_file_name_what_they_name_on_a_disk(bucket, tmp_path):
    bucket.put("logs/a 1/events-2025-01-30.jsonl", line("p1"))
    bucket.put("logs/a 1/events-2025-01-31.jsonl", line("p2"))
    bucket.put("logs/a 1/events-2025-02-01.jsonl", line("p3"))
    bucket.put("logs/b/events-2025-01-31.csv", b"product_id,event_type,ts\np4,view,2025-01-01\n")
    files = find(tmp_path, "s3://shop/logs/a 1/*.jsonl")
    assert [(f.name, f.delivered, f.size) for f in files] == [
        ("events-2025-01-30.jsonl", date(2025, 1, 30), len(line("p1"))),
        ("events-2025-01-31.jsonl", DAY, len(line("p2"))),
    ]
    assert [f.name for f in find(tmp_path, "s3://shop/logs/b")] == ["events-2025-01-31.csv"]
    assert [f.name for f in find(tmp_path, "s3://shop/logs/b/events-2025-01-31.csv")] == ["events-2025-01-31.csv"]
    assert len(find(tmp_path, "s3://shop/logs/**/*")) == 3
    with open(files[1].path, "rb") as copy:
        assert copy.read() == line("p2")


def test_a_file_is_fetched_again_when_it_changed_and_only_then(bucket, tmp_path):
    bucket.put("again/events-2025-01-01.jsonl", line("p1"))
    first = find(tmp_path, "s3://shop/again/")[0]
    inode = os.stat(first.path).st_ino
    assert os.stat(find(tmp_path, "s3://shop/again/")[0].path).st_ino == inode
    bucket.put("again/events-2025-01-01.jsonl", line("p1") * 2)
    second = find(tmp_path, "s3://shop/again/")[0]
    assert second.sha256 != first.sha256
    assert os.stat(second.path).st_ino != inode


def test_what_left_the_store_leaves_the_machine(bucket, tmp_path):
    bucket.put("gone/events-2025-01-01.jsonl", line("p1"))
    bucket.put("gone/events-2025-01-02.jsonl", line("p2"))
    both = find(tmp_path, "s3://shop/gone/")
    bucket.drop("gone/events-2025-01-01.jsonl")
    (left,) = find(tmp_path, "s3://shop/gone/")
    assert left.name == "events-2025-01-02.jsonl"
    assert not os.path.exists(both[0].path)


@pytest.mark.parametrize("path", ["s3://nowhere/x/", "s3://shop/none-*.csv", "sftp://shop/x", "gs:/"])
def test_an_address_without_files_is_named(bucket, tmp_path, path):
    with pytest.raises(SourceError) as missing:
        find(tmp_path, path)
    assert path in str(missing.value)
