"""Releases at another address: a local S3 server, killed before each call to it, read while it is written."""

import json
import os
import shutil
from contextlib import suppress
from itertools import pairwise

import boto3
import obstore
import pytest

from pipelines.atomic_files import remove
from pipelines.night.copy_state import read_copy_state
from pipelines.night.night import Night
from pipelines.night.releases import current, list_releases, point_to
from pipelines.night.store import COMMIT, Store, Version, store_of
from pipelines.publish import remote_store
from pipelines.publish.publish import publish
from pipelines.publish.release_copies import copy_releases, keep_copies
from pipelines.publish.remote_reader import read_remote_current
from pipelines.publish.remote_store import CopyFailed, RemoteStore
from pipelines.publish.retention import prune
from pipelines.settings.releases import Releases
from tests.given import flip, small_release
from tests.killing import Killed

FIRST, SECOND, THIRD = (f"2026-03-0{n}-01" for n in (1, 2, 3))
FILES = {"bundles/part-0.parquet", "user_topk/part-0.parquet", COMMIT, "manifest.json"}


class Watched:
    """The module `obstore`: notes each call, calls `between` before it, and ends the process before number `at`."""

    CALLS = ("list", "get", "put", "delete")

    def __init__(self, at=None, between=lambda: None):
        self.calls, self.at, self.between = [], at, between

    def __getattr__(self, name):
        operation = getattr(obstore, name)
        if name not in self.CALLS:
            return operation

        def watched(store, *arguments, **options):
            if len(self.calls) == self.at:
                raise Killed
            self.between()
            self.calls.append((name, arguments[0] if arguments else ""))
            return operation(store, *arguments, **options)

        return watched

    @property
    def puts(self):
        """The paths that were put, in their order."""
        return [path for name, path in self.calls if name == "put"]


@pytest.fixture
def home(tmp_path):
    """Two releases; the second is in force."""
    home = tmp_path / "shop"
    small_release(home, 1)
    small_release(home, 2)
    return home


def copied(monkeypatch, home, address, **watch):
    """The calls to the store while the home is copied."""
    watched = Watched(**watch)
    with monkeypatch.context() as patched:
        patched.setattr(remote_store, "obstore", watched)
        with suppress(Killed):
            copy_releases(home, RemoteStore(address))
    return watched


def there(address):
    """The releases at an address, each with its files; and the one that the pointer names."""
    found = {}
    remote = RemoteStore(address)
    for path in remote.sizes("releases/"):
        _, release_id, name = path.split("/", 2)
        found.setdefault(release_id, set()).add(name)
    pointer = remote.read("current.json")
    return found, json.loads(pointer[0])["release_id"] if pointer else None


def test_each_release_is_put_once_the_one_in_force_first_its_manifest_last_then_the_pointer(home, address, monkeypatch):
    puts = copied(monkeypatch, home, address).puts
    assert there(address) == ({FIRST: FILES, SECOND: FILES}, SECOND)
    assert puts[2:5] == [f"releases/{SECOND}/{COMMIT}", f"releases/{SECOND}/manifest.json", "current.json"]
    assert puts[-1] == f"releases/{FIRST}/manifest.json"
    again = copied(monkeypatch, home, address)
    assert again.puts == []
    assert len(again.calls) == 4  # a list, both lists of files, the pointer


def test_killed_before_any_call_and_run_again_it_puts_no_file_twice(home, address, monkeypatch, tmp_path):
    """The night that is published removes a release, too; the pointer never names one that is not whole."""
    older = shutil.copytree(home, tmp_path / "older", symlinks=True)
    small_release(home, 3)
    prune(home, 2)
    copied(monkeypatch, older, f"{address}/undisturbed")
    undisturbed = copied(monkeypatch, home, f"{address}/undisturbed")
    expected = there(f"{address}/undisturbed")
    assert expected == ({SECOND: FILES, THIRD: FILES}, THIRD)
    assert len(undisturbed.calls) > 12
    for kill in range(len(undisturbed.calls)):
        place = f"{address}/{kill}"
        copied(monkeypatch, older, place)
        first = copied(monkeypatch, home, place, at=kill)
        assert read_remote_current(place).pointer.release_id == (THIRD if "current.json" in first.puts else SECOND)
        second = copied(monkeypatch, home, place)
        assert there(place) == expected
        assert first.puts + second.puts == undisturbed.puts, kill


def test_who_reads_between_any_two_calls_finds_a_whole_release(home, address, monkeypatch):
    copy_releases(home, RemoteStore(address))
    small_release(home, 3, ("sofa",))
    remove(home / "releases" / SECOND)
    seen = []

    def read():
        with monkeypatch.context() as real:
            real.setattr(remote_store, "obstore", obstore)
            seen.append(tuple(read_remote_current(address).read("user_topk")["product_id"].to_pylist()))

    copied(monkeypatch, home, address, between=read)
    changes = [products for products, after in pairwise(seen) if products != after]
    assert (seen[0], changes, seen[-1]) == (("shoe", "lamp"), [("shoe", "lamp")], ("sofa",))


def test_what_is_left_of_an_upload_in_parts_is_not_seen(home, address, s3_server):
    bucket = address.split("/")[2]
    client = boto3.client("s3", endpoint_url=s3_server)
    begun = client.create_multipart_upload(Bucket=bucket, Key=f"shop/releases/{SECOND}/user_topk/part-0.parquet")
    part = {name: begun[name] for name in ("Bucket", "Key", "UploadId")} | {"PartNumber": 1, "Body": b"half"}
    client.upload_part(**part)
    copy_releases(home, RemoteStore(address))
    assert read_remote_current(address).read("user_topk").num_rows == 2


def test_a_large_file_goes_in_parts_and_is_not_put_again(home, address, monkeypatch):
    made = shutil.copytree(home / "releases" / SECOND, home / "staging" / "made")
    (made / COMMIT).unlink()
    (made / "report.html").write_bytes(os.urandom(12 << 20))
    remove(home / "releases" / SECOND)
    store_of(home).commit({made: Version(home / "releases" / SECOND, {"run_id": "run-2"})})
    first = copied(monkeypatch, home, address, at=3)  # after the list, a table and the page
    assert first.puts[-1] == f"releases/{SECOND}/report.html"
    assert not {*first.puts} & {*copied(monkeypatch, home, address).puts}


def test_an_older_publisher_gives_way_to_a_newer_one(home, address, tmp_path, monkeypatch):
    """Two copies of a home publish different nights; the newer one is faster, between any two calls of the older."""
    other = shutil.copytree(home, tmp_path / "other", symlinks=True)
    copy_releases(home, RemoteStore(address))
    small_release(home, 3)
    small_release(other, 4)
    calls = len(copied(monkeypatch, home, f"{address}/count").calls)
    for moment in range(calls):
        place = f"{address}/{moment}"
        left = [moment]

        def other_publishes(place=place, left=left):
            left[0] -= 1
            if left[0] == -1:
                with monkeypatch.context() as real:
                    real.setattr(remote_store, "obstore", obstore)
                    copy_releases(other, RemoteStore(place))

        copied(monkeypatch, home, place, between=other_publishes)
        assert there(place)[1] == "2026-03-04-01", moment
        says = copy_releases(home, RemoteStore(place))
        assert says == f"{place} stays at 2026-03-04-01, put there by another home, which is newer than {THIRD}"
        assert copy_releases(other, RemoteStore(place)) == f"{place} holds the 3 releases of the home"


def test_a_release_that_a_copy_of_the_home_has_put_in_force_meanwhile_is_not_removed(home, address, monkeypatch):
    older = shutil.copytree(home, home.with_name("older"), symlinks=True)
    copy_releases(older, RemoteStore(address))
    point_to(older, FIRST)
    remove(home / "releases" / FIRST)
    calls = []

    def roll_back():
        calls.append(1)
        if len(calls) == 4:  # after the list of files, that of the second release, and the pointer
            with monkeypatch.context() as real:
                real.setattr(remote_store, "obstore", obstore)
                copy_releases(older, RemoteStore(address))

    copied(monkeypatch, home, address, between=roll_back)
    assert there(address) == ({FIRST: FILES, SECOND: FILES}, FIRST)


def test_a_release_of_another_home_is_not_overwritten(home, address, tmp_path):
    copy_releases(home, RemoteStore(address))
    made = home.with_name("second") / "staging" / "made"
    shutil.copytree(home / "releases" / SECOND, made)
    (made / COMMIT).unlink()
    facts = json.loads((made / "manifest.json").read_text()) | {"run_id": "another"}
    (made / "manifest.json").write_text(json.dumps(facts))
    second = home.with_name("second")
    store_of(second).commit({made: Version(second / "releases" / SECOND, {"run_id": "another"})})
    point_to(second, SECOND)
    with pytest.raises(CopyFailed, match=rf"release {SECOND} of another home \(run run-2, here another\)"):
        copy_releases(second, RemoteStore(address))


def test_pruning_rolling_back_and_removing_reach_it(home, address):
    small_release(home, 3)
    settings = Releases(also_to=address)
    keep_copies(home, settings)
    prune(home, 2)
    point_to(home, SECOND)
    keep_copies(home, settings)
    assert there(address) == ({SECOND: FILES, THIRD: FILES}, SECOND)
    remove(home / "releases" / THIRD)
    keep_copies(home, settings)
    assert there(address) == ({SECOND: FILES}, SECOND)
    remove(home / "current", home / "releases" / SECOND)
    keep_copies(home, settings)
    assert there(address) == ({}, None)


def test_a_release_that_was_replaced_at_home_is_replaced_file_by_file(home, address, monkeypatch):
    """As an erasure will do: killed anywhere, nobody reads a mixture, and only what changed is put."""
    copy_releases(home, RemoteStore(address))
    older = shutil.copytree(home, home.with_name("older"), symlinks=True)
    remove(home / "releases" / SECOND)
    small_release(home, 2, ("lamp",))
    replaced = copied(monkeypatch, home, address)
    assert len(replaced.puts) == 5  # two tables, the list, the manifest, the pointer
    for kill in range(len(replaced.calls)):
        place = f"{address}/{kill}"
        copy_releases(older, RemoteStore(place))
        copied(monkeypatch, home, place, at=kill)
        with suppress(CopyFailed):  # of a release that is being replaced
            assert read_remote_current(place).read("user_topk").num_rows in (1, 2)
        copied(monkeypatch, home, place)
        assert read_remote_current(place).read("user_topk")["product_id"].to_pylist() == ["lamp"]


def test_what_is_damaged_at_home_is_not_copied(home, address):
    flip(home / "releases" / SECOND / "user_topk" / "part-0.parquet")
    with pytest.raises(CopyFailed, match=f"release {SECOND} of the home is damaged: user_topk"):
        copy_releases(home, RemoteStore(address))
    assert there(address) == ({}, None)


def test_a_night_is_published_at_home_where_the_store_is_down_and_the_next_one_catches_up(copy_of, address, capsys):
    home = copy_of("shop")
    night = Night.load(home / "staging" / "2026-03-31-abc")
    closed = night.settings.releases.model_copy(update={"also_to": "s3://no-such-bucket/shop"})
    settings = night.settings.model_copy(update={"releases": closed})
    release_id = publish(Night(**(vars(night) | {"settings": settings})))
    assert (current(home), Store(home, trusting=False).damage(home / "releases" / release_id)) == (release_id, "")
    state = read_copy_state(home)
    assert not state.ok
    assert state.says.startswith(f"{release_id} is in force in {home}, but the copies of its releases are not up to")
    assert state.says.endswith(f"at once: nightshelf releases {home} --copy")
    assert state.says in capsys.readouterr().out
    assert "s3://no-such-bucket/shop cannot be used" in (home / "report" / "index.html").read_text()
    assert keep_copies(home, Releases(also_to=address)).ok
    assert there(address)[0].keys() == {release.release_id for release in list_releases(home)}
    assert there(address)[1] == release_id
    assert keep_copies(home, Releases()) is None
    assert read_copy_state(home) is None
