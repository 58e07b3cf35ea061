"""Sequences are read as they come, whatever an item's fields hold, and nothing is mixed, invented or lost unsaid."""

from __future__ import annotations

import json

import pytest

from benchmarks.lib.sequences import inputs_of, read_sequences
from pipelines.settings.load import check_settings
from recommender.ranking.histories import histories

NAN = float("nan")


@pytest.fixture
def data(tmp_path):
    """A folder of these lines of sequences and these items; an item may be a line as it stands."""

    def write(lines, items):
        (tmp_path / "sequences.txt").write_text("\n".join(lines), encoding="utf-8")
        told = [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in items]
        (tmp_path / "items.jsonl").write_text("\n".join(told), encoding="utf-8")
        return tmp_path

    return write


def titled(*names):
    return [{"item_id": name, "title": f"title {name}"} for name in names]


def chosen(sequences):
    """The title of each choice, by user."""
    titles = sequences.catalogue["title"].to_pylist()
    return {str(user): [titles[i] for i in items] for user, items in zip(sequences.users, sequences.items, strict=True)}


def product(data, **fields):
    """What the catalogue holds of an item with these fields."""
    rows = read_sequences(data(["u a b c"], [*titled("a", "b"), {"item_id": "c"} | fields]), 1).catalogue.to_pylist()
    return next(row for row in rows if not row["title"].startswith("title"))


def test_of_repeated_choices_the_first_counts(data):
    found = read_sequences(data(["u a b a c b d a"], titled(*"abcd")), 1)
    assert chosen(found) == {"u": ["title a", "title b", "title c", "title d"]}


def test_blank_lines_are_no_users(data):
    found = read_sequences(data(["", "u a b c", "  ", "v c b a", ""], [*titled("a", "b"), "", *titled("c")]), 1)
    assert (len(found.users), found.catalogue.num_rows) == (2, 3)


@pytest.mark.parametrize("end", ["\u2028", "\u0085", "\x1e"])
def test_only_a_newline_ends_a_line(data, end):
    text = f"red{end}mug" if end != "\x1e" else "red\\u001emug"
    found = read_sequences(data(["u a b c"], [*titled("a", "b"), f'{{"item_id": "c", "title": "{text}"}}']), 1)
    assert f"red{end}mug" in found.catalogue["title"].to_pylist()


def test_a_mark_at_the_start_of_a_file_is_no_part_of_it(data):
    folder = data(["\ufeffu a b c"], ["\ufeff" + json.dumps(titled("a")[0]), *titled("b", "c")])
    assert chosen(read_sequences(folder, 1)) == {"u": ["title a", "title b", "title c"]}


def test_an_item_that_the_catalogue_does_not_have_is_one_without_text(data):
    found = read_sequences(data(["u a x b", "v x y a", "w z a"], titled("a", "b")), 1)
    assert chosen(found) == {"u": ["title a", "", "title b"], "v": ["", "", "title a"]}
    assert found.catalogue.num_rows == 4  # nobody who counts chose z
    assert found.counts["items_added_without_text"] == 2


def test_users_of_one_name_are_users_each(data):
    found = read_sequences(data(["u a b c", "v a c b", "u d e f", "u b d a"], titled(*"abcdef")), 1)
    assert len(set(found.users)) == 4
    assert found.counts["user_lines_of_a_name_before"] == 2
    log = inputs_of(found, check_settings({})).log
    past = histories(log, 2, 100)
    titles = found.catalogue["title"].to_pylist()
    read = {"".join(titles[i][-1] for i in items["item"]) for items in past.lists()}
    assert read == {"abc", "acb", "def", "bda"}


def test_of_items_of_one_id_the_first_counts(data):
    items = [{"item_id": "a", "title": "first"}, *titled("b", "c"), {"item_id": "a", "title": "second"}]
    found = read_sequences(data(["u a b c"], items), 1)
    assert sorted(found.catalogue["title"].to_pylist()) == ["first", "title b", "title c"]
    assert found.counts["item_lines_of_an_id_before"] == 1


def test_an_id_may_be_a_number(data):
    items = [{"item_id": n, "title": f"title {n}"} for n in (7, 8, 9)]
    assert chosen(read_sequences(data(["1 9 7 8"], items), 1)) == {"1": ["title 9", "title 7", "title 8"]}


@pytest.mark.parametrize(
    ("told", "path"),
    [
        (None, []),
        (NAN, []),
        ("Home", ["Home"]),
        ("", []),
        ([], []),
        ([[]], []),
        ([[""], []], []),
        (["Home", "Cups"], ["Home", "Cups"]),
        (["Home", None, NAN], ["Home"]),
        ([["Home"], ["Home", "Cups &amp; Mugs"]], ["Home", "Cups & Mugs"]),
        ([["Home", None], ["Gifts"]], ["Home"]),
        ([[["Home", "Cups"]]], ["Home", "Cups"]),
        ([[["Home"]], [["Gifts", "Cups"], ["Tea"]]], ["Gifts", "Cups", "Tea"]),
        (7, ["7"]),
        ({"main": "Home"}, ["Home"]),
    ],
)
def test_categories_are_the_longest_path_of_whatever_form(data, told, path):
    assert product(data, categories=told)["categories"] == path


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (None, ""),
        (NAN, ""),
        (True, ""),
        (float("inf"), ""),
        ([], ""),
        ("  ", ""),
        ("a &amp; b", "a & b"),
        (["a", "b"], "a b"),
        (["a", None, NAN, ["b"]], "a b"),
        (1984, "1984"),
    ],
)
def test_a_field_is_text_of_whatever_form_it_is(data, told, text):
    found = product(data, description=told, brand=told)
    assert (found["description"], found["brand"]) == (text, text or None)


def test_half_a_character_is_no_reason_to_stop(data):
    found = read_sequences(data(["u a b c"], [*titled("a", "b"), '{"item_id": "c", "title": "cup \\ud83d"}']), 1)
    assert "cup ?" in found.catalogue["title"].to_pylist()


@pytest.mark.parametrize("line", ['{"item_id": "c", ', "[1]", '{"title": "c"}', '{"item_id": null}'])
def test_a_line_that_is_no_item_is_named(data, line):
    with pytest.raises(SystemExit, match=r"items\.jsonl, line 3: .*item_id"):
        read_sequences(data(["u a b c"], [*titled("a", "b"), line]), 1)


def test_without_a_user_of_three_items_there_is_nothing_to_judge(data):
    with pytest.raises(SystemExit, match=r"of 2 users chose at most 2 different items.* at least 3"):
        read_sequences(data(["u a b a b", "v a"], titled("a", "b")), 1)


def test_without_a_user_there_is_nothing_to_judge(data):
    with pytest.raises(SystemExit, match="at least 3"):
        read_sequences(data([""], titled("a", "b")), 1)
