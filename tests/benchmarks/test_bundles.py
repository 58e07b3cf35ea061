"""The benchmark of bundles: what it reads, how it splits, and the simple ways it compares with."""

import json

import numpy as np
import pytest

from benchmarks import bundles
from benchmarks.bundle_baselines import Known, by_words, clustered, likest_pair, pair_model, whole_session
from benchmarks.bundle_sessions import category_paths, grouped, split, split_other
from pipelines.session_bundles.items import Items, Texts

KINDS = ("lamp", "kettle", "rake", "sandal")


def catalogue():
    titles = [f"{kind} model {5 * at + number}" for at, kind in enumerate(KINDS) for number in range(5)]
    paths = [[("Home", title.split()[0])] for title in titles]
    return Items.of(Texts(titles, *np.ones((2, len(titles), 2), np.float32), paths, [""] * len(titles)))


def known(count, seed):
    """Sessions of two items of one kind and two of another, each kind a bundle."""
    rng = np.random.default_rng(seed)
    sessions, wanted = [], []
    for _ in range(count):
        one, other = (kind * 5 + rng.permutation(5)[:2] for kind in rng.permutation(len(KINDS))[:2])
        sessions.append(np.sort(np.concatenate([one, other])))
        wanted.append([frozenset(one.tolist()), frozenset(other.tolist())])
    return Known(catalogue(), sessions, wanted)


def test_a_comma_with_a_space_is_part_of_a_category():
    assert category_paths("[[Clothing, Shoes & Jewelry,Women],[Novelty,Men]]") == [
        ("Clothing, Shoes & Jewelry", "Women"),
        ("Novelty", "Men"),
    ]
    assert category_paths("[[]]") == []


def test_cuts_are_floored_and_each_session_is_in_one_part():
    parts = split(893, 0)
    assert [len(part) for part in parts] == [535, 179, 179]
    assert sorted(np.concatenate(parts).tolist()) == list(range(893))
    assert np.array_equal(np.concatenate(parts), np.random.default_rng(0).permutation(893))
    assert [len(part) for part in split_other(9, 1)] == [7, 2]


def test_an_item_counts_once_in_its_session(tmp_path):
    (tmp_path / "session_item.csv").write_text("session ID,item ID\n7,3\n7,1\n7,3\n2,1\n")
    assert grouped(tmp_path / "session_item.csv") == {7: [3, 1], 2: [1]}


def test_simple_ways():
    judged = known(4, 1)
    asked = (judged.items, judged.sessions)
    assert whole_session(*asked) == [[frozenset(session.tolist())] for session in judged.sessions]
    assert all(pair[0] in wanted for pair, wanted in zip(likest_pair(*asked), judged.bundles, strict=True))


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


def test_the_whole_benchmark_on_a_plain_shop(tmp_path):
    write_shop(tmp_path / "shop", 60)
    out = tmp_path / "bundles.json"
    bundles.main(["--data", str(tmp_path / "shop"), "--seeds", "1", "--threads", "1", "--json", str(out)])
    found = json.loads(out.read_text())
    assert {"data", "train", "sessions", "models", "wall_s"} == set(found)
    assert found["sessions"] == 60
    assert found["train"] is None
    assert found["models"]["nightshelf"]["matched_jaccard"] > 0.9
    assert found["models"]["whole_session"]["matched_jaccard"] == pytest.approx(0.25)
    for figures in found["models"].values():
        assert {"matched_jaccard", "exact_recall", "pairwise_f1", "precision"} < set(figures)
        assert {"distinct_recall", "coverage", "sd"} < set(figures)
