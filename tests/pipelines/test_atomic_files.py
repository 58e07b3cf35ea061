"""Files and links that are replaced whole."""

import pytest

from pipelines import atomic_files
from pipelines.atomic_files import MANY, point_link, remove, replacing, sync_all, write_text


def test_a_file_whose_writing_fails_keeps_its_content(tmp_path):
    write_text(tmp_path / "folder" / "page.html", "old")
    with pytest.raises(TypeError), replacing(tmp_path / "folder" / "page.html") as part, part.open("w") as out:
        out.writelines(["half", None])
    assert (tmp_path / "folder" / "page.html").read_text() == "old"


def test_a_replaced_file_leaves_nothing_beside_it(tmp_path):
    write_text(tmp_path / "page.html", "old")
    write_text(tmp_path / "page.html", "neu: ü")
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "neu: ü"


def test_a_link_moves_to_another_folder(tmp_path):
    for name in ("one", "two"):
        write_text(tmp_path / name / "file", name)
        point_link(tmp_path / "current", tmp_path / name)
    assert (tmp_path / "current" / "file").read_text() == "two"


def test_few_files_are_synced_one_by_one_and_many_at_once(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(atomic_files, "sync", synced.append)
    files = [tmp_path / f"{n}" for n in range(MANY + 1)]
    for file in files:
        file.touch()
    sync_all(files)
    assert synced == []
    sync_all(files[:-1])
    assert synced == files[:-1]


def test_what_is_removed_may_be_missing_a_file_a_link_or_a_folder(tmp_path):
    write_text(tmp_path / "folder" / "file", "text")
    write_text(tmp_path / "file", "text")
    point_link(tmp_path / "link", tmp_path / "folder")
    remove(tmp_path / "missing", tmp_path / "link", tmp_path / "file")
    assert [part.name for part in tmp_path.iterdir()] == ["folder"]
    remove(tmp_path / "folder")
    assert not list(tmp_path.iterdir())
