"""Files and links that are replaced whole."""

import pytest

from pipelines.atomic_files import point_link, replacing, write_text


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
