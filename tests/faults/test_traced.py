"""The order of calls, as `strace` writes them, and what of them was on the disk."""

from tests.faults.traced import Disk, joined

WRITTEN = [
    '7 write(3</h/tmp/a/x.parquet>, "PAR1", 4) = 4',
    "7 fsync(3</h/tmp/a/x.parquet>) = 0",
    '7 rename("/h/tmp/a", "/h/clean/v1") = 0',
    "7 fsync(4</h/clean>) = 0",
    '7 rename("/h/.current-7", "/h/current") = 0',
]


def test_what_was_synced_before_its_name_is_on_the_disk():
    version, current = Disk().play(WRITTEN)
    assert (version.target, version.unsynced) == ("/h/clean/v1", [])
    assert current.unnamed == {}


def test_a_write_after_the_sync_is_not_on_the_disk():
    version, _ = Disk().play([*WRITTEN[:2], WRITTEN[0], *WRITTEN[2:]])
    assert version.unsynced == ["/h/tmp/a/x.parquet"]


def test_a_name_whose_folder_was_not_synced_is_not_on_the_disk():
    _, current = Disk().play(WRITTEN[:3] + WRITTEN[4:])
    assert current.unnamed == {"/h/clean": "/h/clean/v1"}


def test_what_was_removed_need_not_be_on_the_disk():
    for removal in ('unlink("/h/tmp/a/x.parquet")', 'unlinkat(5</h/tmp/a>, "x.parquet", 0)'):
        version, _ = Disk().play([WRITTEN[0], f"7 {removal} = 0", *WRITTEN[2:]])
        assert version.unsynced == []


def test_a_call_that_failed_did_nothing():
    refused = '7 rename("/h/tmp/a", "/h/clean/v1") = -1 ENOTEMPTY (Directory not empty)'
    assert Disk().play([*WRITTEN[:2], refused]) == []


def test_a_call_that_was_interrupted_counts_where_it_ends():
    lines = ["7 fsync(3</h/x> <unfinished ...>", '8 write(1</h/log>, "a", 1) = 1', "7 <... fsync resumed>) = 0"]
    assert joined(lines) == ['8 write(1</h/log>, "a", 1) = 1', "7 fsync(3</h/x>) = 0"]
