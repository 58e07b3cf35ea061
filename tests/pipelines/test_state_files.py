"""State files carry a checksum: each changed byte is either harmless or noticed."""

import json

import pytest

from pipelines.state_files import DamagedState, read_state, read_state_if_any, write_state

CONTENT = {"version": "7", "share": 0.1, "days": {"2026-03-31": None}}


@pytest.fixture
def file(tmp_path):
    write_state(tmp_path / "state.json", CONTENT)
    return tmp_path / "state.json"


def test_what_was_written_is_read(file):
    assert read_state(file) == CONTENT


@pytest.mark.parametrize("bit", [1, 4, 16, 64])
def test_no_changed_byte_changes_what_is_read(file, bit):
    """`"7"` as `"6"`, `0.1` as `1.1`, `null` as `oull`, `_sha256` as `_rha256`, a line break as a blank …"""
    whole, noticed = file.read_bytes(), 0
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= bit
        file.write_bytes(changed)
        try:
            assert read_state(file) == CONTENT
        except DamagedState as damage:
            noticed += str(damage).startswith(f"{file} is damaged: ") and "\n" not in str(damage)
    assert noticed > len(whole) / 2


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\x00", b"[" * 100_000])
def test_what_is_no_object_is_damage_and_no_traceback(file, content):
    file.write_bytes(content)
    with pytest.raises(DamagedState, match=r"state\.json is damaged: it is no JSON.* Ask for help\.$"):
        read_state(file, "Ask for help.")


def test_a_missing_file_is_damage_where_it_must_be_there(tmp_path):
    with pytest.raises(DamagedState, match=r"state\.json is missing\. .*doctor HOME --repair"):
        read_state(tmp_path / "state.json")
    assert read_state_if_any(tmp_path / "state.json") == {}


def test_a_file_without_a_checksum_is_read_as_it_is(tmp_path):
    """Homes of before there were checksums have such files."""
    (tmp_path / "state.json").write_text(json.dumps(CONTENT))
    assert read_state(tmp_path / "state.json") == CONTENT
