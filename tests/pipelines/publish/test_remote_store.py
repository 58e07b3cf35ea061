"""What a store refuses is said in one sentence; conditional writes on a disk."""

import socket

import pytest

from pipelines.publish import remote_store
from pipelines.publish.remote_store import CopyFailed, ObjectChanged, RemoteStore


def test_a_store_that_says_nothing_is_given_up_after_some_seconds(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(remote_store, "SILENCE_S", 1)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        with pytest.raises(CopyFailed, match=r"s3://bucket/shop cannot be used: .*credentials") as failed:
            RemoteStore("s3://bucket/shop").sizes("releases/")
    assert "\n" not in str(failed.value)


def test_a_bucket_that_is_not_there_and_a_wrong_key_are_named(address, monkeypatch):
    with pytest.raises(CopyFailed, match=r"s3://no-such-bucket/x cannot be used: .*404"):
        RemoteStore("s3://no-such-bucket/x").sizes("releases/")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(CopyFailed, match="cannot be used"):
        RemoteStore(address).read("current.json")


def test_options_of_an_address_are_not_said():
    sentence = remote_store._first_sentence(OSError("PUT https://a.example/x?sig=hunter2 failed: <?xml a\nmore"))
    assert sentence == "PUT https://a.example/x failed"


@pytest.mark.parametrize("place", ["disk", "s3"])
def test_an_object_is_replaced_only_where_it_is_the_one_that_was_read(place, request, tmp_path):
    store = RemoteStore(request.getfixturevalue("address") if place == "s3" else (tmp_path / "a b").as_uri())
    store.replace("current.json", b"1", None)
    with pytest.raises(ObjectChanged):
        store.replace("current.json", b"2", None)
    _, version = store.read("current.json")
    store.replace("current.json", b"two", version)
    with pytest.raises(ObjectChanged):
        store.replace("current.json", b"three", version)
    assert store.read("current.json")[0] == b"two"
    store.remove(["current.json", "never there"])
    assert store.read("current.json") is None


def test_a_folder_on_a_disk_holds_the_same(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    store = RemoteStore((tmp_path / "copies").as_uri())
    store.put("releases/x/file", tmp_path / "file", "not noted on a disk")
    assert store.sizes("releases/") == {"releases/x/file": 3}
    assert store.sha256("releases/x/file").startswith("ba7816bf")
    store.remove(["releases/x/file"])
    assert not (tmp_path / "copies" / "releases").exists()
