"""The benchmark of bundles: what it reads, how it splits, and the simple ways it compares with."""

import json

import numpy as np
import pytest

from benchmarks import bundles
from benchmarks.lib.bundle_baselines import (
    KnownSessions,
    by_words,
    clustered,
    most_similar_pair,
    pair_model,
    whole_session,
)
from benchmarks.lib.bundle_sessions import Domain, category_paths, grouped, in_order, split, split_other
from recommender.session_bundles.items import CatalogueTexts, Items

KINDS = ("lamp", "kettle", "rake", "sandal")
FIGURES = {"matched_jaccard", "exact_recall", "pairwise_f1", "precision", "distinct_recall", "coverage"}


def catalogue():
    titles = [f"{kind} model {5 * at + number}" for at, kind in enumerate(KINDS) for number in range(5)]
    paths = [[("Home", title.split()[0])] for title in titles]
    return Items.of(CatalogueTexts(titles, *np.ones((2, len(titles), 2), np.float32), paths, [""] * len(titles)))


def known(count, seed):
    """Sessions of two items of one kind and two of another, each kind a bundle."""
    rng = np.random.default_rng(seed)
    sessions, wanted = [], []
    for _ in range(count):
        one, other = (kind * 5 + rng.permutation(5)[:2] for kind in rng.permutation(len(KINDS))[:2])
        sessions.append(np.sort(np.concatenate([one, other])))
        wanted.append([frozenset(one.tolist()), frozenset(other.tolist())])
    return KnownSessions(catalogue(), sessions, wanted)


def test_a_comma_with_a_space_is_part_of_a_category():
    assert category_paths("[[Clothing, Shoes & Jewelry,Women],[Novelty,Men]]") == [
        ("Clothing, Shoes & Jewelry", "Women"),
        ("Novelty", "Men"),
    ]
    assert category_paths("[[Women], [Men]]") == [("Women",), ("Men",)]
    assert category_paths("[[]]") == category_paths("[]") == category_paths("") == []


def test_cuts_are_floored_and_each_session_is_in_one_part():
    parts = split(893, 0)
    assert [len(part) for part in parts] == [535, 179, 179]
    assert sorted(np.concatenate(parts).tolist()) == list(range(893))
    assert np.array_equal(np.concatenate(parts), np.random.default_rng(0).permutation(893))
    assert [len(part) for part in split_other(9, 1)] == [7, 2]


def test_an_item_counts_once_in_its_session(tmp_path):
    (tmp_path / "session_item.csv").write_text("session ID,item ID\n7,3\n7,1\n7,3\n2,1\n")
    assert grouped(tmp_path / "session_item.csv", "session", "item") == {"7": ["3", "1"], "2": ["1"]}


@pytest.mark.parametrize(
    "text",
    [
        "session ID,item ID\n7,3\n\n7,1\n7\n7,\n,4\n",
        "time,Item_ID,session id,more\n1,3,7,x\n2,1,7,y\n",
        "\ufeffsession ID,item ID\n7,3,x\n 7 , 1 \n",
        "\n,\none,other\n7,3\n7,1\n",
        "7,3\n7,1\n",
    ],
    ids=["broken lines", "other columns", "more fields than names", "other names", "no names"],
)
def test_columns_are_read_by_name_and_lines_that_say_nothing_are_left_out(tmp_path, text):
    (tmp_path / "session_item.csv").write_text(text, encoding="utf-8")
    assert grouped(tmp_path / "session_item.csv", "session", "item") == {"7": ["3", "1"]}


def test_ids_are_in_the_order_of_numbers_where_all_are_some():
    assert in_order({"10", "9", "-1"}) == ["-1", "9", "10"]
    assert in_order({"10", "9", "b"}) == ["10", "9", "b"]


def test_simple_ways():
    judged = known(4, 1)
    asked = (judged.items, judged.sessions)
    assert whole_session(*asked) == [[frozenset(session.tolist())] for session in judged.sessions]
    assert all(pair[0] in wanted for pair, wanted in zip(most_similar_pair(*asked), judged.bundles, strict=True))


@pytest.mark.parametrize("model", ["words", "pairs"])
def test_clusters_are_cut_where_validation_sessions_say(model):
    likeness = by_words if model == "words" else pair_model(known(60, 2))
    judged = known(20, 4)
    found = clustered(likeness, known(20, 3), judged.items, judged.sessions)
    assert [set(each) for each in found] == [set(each) for each in judged.bundles]


def write_shop(folder, sessions):
    """A folder as the public data has it, of `sessions` items of two kinds each."""
    folder.mkdir()
    rng = np.random.default_rng(5)
    files = {"session_item": [], "session_bundle": [], "bundle_item": [], "item_titles": [], "item_categories": []}
    for item in range(20):
        files["item_titles"].append(f'{item},"{KINDS[item // 5]} model {item}"')
        files["item_categories"].append(f'{item},"[[Home,{KINDS[item // 5]}]]"')
    for session in range(sessions):
        for side, kind in enumerate(rng.permutation(len(KINDS))[:2]):
            files["session_bundle"].append(f"{session},{2 * session + side}")
            for item in kind * 5 + rng.permutation(5)[:2]:
                files["session_item"].append(f"{session},{item}")
                files["bundle_item"].append(f"{2 * session + side},{item}")
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(["one,other", *lines]) + "\n")


class SameVectors:
    """Reads no text."""

    def embed(self, texts):
        return np.ones((len(texts), 2), np.float32) / np.sqrt(2)


def write_files(folder, sessions, bundles, titles="", categories=""):
    """A folder of `sessions` of items, and of `bundles`, which name a session and items each."""
    folder.mkdir(exist_ok=True)
    session_items = [f"{session},{item}" for session, items in sessions.items() for item in items]
    named = [f"{session},{bundle}" for bundle, (session, _) in enumerate(bundles)]
    bundle_items = [f"{bundle},{item}" for bundle, (_, items) in enumerate(bundles) for item in items]
    (folder / "session_item.csv").write_text("\n".join(["session ID,item ID", *session_items]) + "\n")
    (folder / "session_bundle.csv").write_text("\n".join(["session ID,bundle ID", *named]) + "\n")
    (folder / "bundle_item.csv").write_text("\n".join(["bundle ID,item ID", *bundle_items]) + "\n")
    (folder / "item_titles.csv").write_text("item ID,titles\n" + titles)
    (folder / "item_categories.csv").write_text("item ID,categories\n" + categories)
    return folder


def test_bundles_are_what_their_session_has_of_them(tmp_path):
    sessions = {"s2": "abc", "s10": "ad", "s1": "bc", "s3": "d"}
    bundles = [("s2", "abz"), ("s2", "cz"), ("s10", "yz"), ("s1", "bc"), ("s2", ""), ("s3", "da"), ("s4", "ab")]
    folder = write_files(tmp_path, sessions, bundles, "a,Lamp &amp; bulb\nb,\nd\n", 'a,"[[Home,Lamps]]"\nc,[[]]\nq,\n')
    found = Domain.read(folder, SameVectors(), least=1)
    assert [session.tolist() for session in found.sessions] == [[1, 2], [0, 1, 2]]
    assert found.bundles == [[frozenset({1, 2})], [frozenset({0, 1})]]


def test_a_folder_without_texts_is_read(tmp_path):
    folder = write_files(tmp_path, {1: [5, 6]}, [(1, [5, 6])])
    (folder / "item_titles.csv").unlink()
    (folder / "item_categories.csv").write_text("")
    assert Domain.read(folder, SameVectors(), least=1).bundles == [[frozenset({0, 1})]]


@pytest.mark.parametrize(("size", "bundled"), [(2, 2), (3, 3), (4, 2), (12, 12), (12, 3)])
@pytest.mark.parametrize("titles", ["", "".join(f"{item},thing {item % 7}\n" for item in range(0, 60, 2))])
@pytest.mark.parametrize("count", [3, 9])
def test_every_way_finds_something_in_odd_sessions(tmp_path, size, bundled, titles, count):
    rng = np.random.default_rng(6)
    sessions = {session: rng.permutation(60)[:size].tolist() for session in range(count)}
    named = [(session, items[:bundled]) for session, items in sessions.items()]
    shop = Domain.read(write_files(tmp_path, sessions, named, titles), SameVectors(), least=3)
    for other in (None, shop):
        for name, figures in bundles.judge(shop, other, 0).items():
            assert figures["matched_jaccard"] > 0, name
            assert all(0 <= figure <= 1 for figure in figures.values())


@pytest.mark.parametrize(("count", "needed"), [(0, 1), (2, 3)])
def test_too_few_sessions_are_an_error_that_says_so(tmp_path, count, needed):
    folder = write_files(tmp_path, {at: [1, 2] for at in range(count)}, [(at, [1, 2]) for at in range(count)])
    with pytest.raises(SystemExit, match=f"{count} sessions .* at least {needed}"):
        Domain.read(folder, SameVectors(), least=needed)


def test_a_folder_without_sessions_is_an_error_that_says_so(tmp_path):
    with pytest.raises(SystemExit, match=r"session_item\.csv"):
        Domain.read(tmp_path, SameVectors(), least=1)


@pytest.mark.slow
def test_the_whole_benchmark_on_a_plain_shop(tmp_path):
    write_shop(tmp_path / "shop", 60)
    out = tmp_path / "bundles.json"
    bundles.main(["--data", str(tmp_path / "shop"), "--seeds", "1", "--threads", "1", "--json", str(out)])
    found = json.loads(out.read_text())
    assert {"data", "train", "sessions", "models", "sd", "wall_s"} == set(found)
    assert found["sessions"] == 60
    assert found["train"] is None
    assert found["models"]["nightshelf"]["matched_jaccard"] > 0.9
    assert found["models"]["whole_session"]["matched_jaccard"] == pytest.approx(0.25)
    assert found["sd"].keys() == found["models"].keys()
    for figures in (*found["models"].values(), *found["sd"].values()):
        assert set(figures) == FIGURES
        assert all(isinstance(figure, float) for figure in figures.values())
