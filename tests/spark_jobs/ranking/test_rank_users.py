"""Ranking in Spark gives each user the list that the ranker gives that user alone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import sparse

from pipelines.contracts.score_parts import REASON_KINDS
from pipelines.settings.knn import Knn
from pipelines.settings.load import check_settings
from recommender.ranking.blend import Blend
from recommender.ranking.histories import past as in_turns
from recommender.ranking.nearest import keep_best
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.ranker_files import save_ranker
from recommender.ranking.rerank import lots
from recommender.ranking.score_parts.chosen_together import ChosenTogether
from recommender.ranking.score_parts.popular import Popular
from recommender.ranking.score_parts.similar_meaning import SimilarMeaning
from recommender.ranking.score_parts.similar_text import SimilarText
from recommender.texts.german import DE
from spark_jobs.ranking.cold_start import as_users, by_segment, hidden_from
from spark_jobs.ranking.rank_users import ListRun, bundle_rows, rank_users, topk_rows

DAY = date(2025, 3, 31)
PRODUCTS, K = 70, 12


@pytest.fixture
def ranker():
    rng = np.random.default_rng(4)

    def neighbours():
        return keep_best(
            sparse.csr_array(rng.random((PRODUCTS, PRODUCTS)) * (rng.random((PRODUCTS, PRODUCTS)) < 0.2)), 9
        )

    popularity = np.log1p(rng.integers(1, 50, PRODUCTS)).astype(np.float32)
    popularity[::10] = 0
    showable, similar = rng.random(PRODUCTS) < 0.9, neighbours()
    return Ranker(
        product_ids=np.array([f"p{n:03d}" for n in range(PRODUCTS)]),
        showable=showable,
        parts=(ChosenTogether(similar), SimilarText(), SimilarMeaning(), Popular()),
        lexical=neighbours(),
        vectors=on_grid(rng.normal(size=(PRODUCTS, 8))),
        popularity=popularity,
        blend=Blend(
            {"chosen_together": 0.4, "similar_text": 0.3, "similar_meaning": 0.2, "popular": 0.1},
            {"chosen_together": 0.2, "similar_text": 0.2, "similar_meaning": 0.3},
            new_slots=1,
        ),
        settings=Knn(),
        brands=np.full(PRODUCTS, -1, np.int32),
    )


@pytest.fixture
def run(tmp_path, ranker):
    save_ranker(ranker, tmp_path / "ranker")
    settings = check_settings({"ranking": {"k": K, "block_users": 7, "explored": 2}}).ranking
    return ListRun(tmp_path / "ranker", DAY, settings, most_bundles=5, partitions=8)


@pytest.fixture
def user_histories(ranker):
    rng = np.random.default_rng(5)
    histories = {f"u{n:03d}": rng.permutation(PRODUCTS)[: rng.integers(0, 9)] for n in range(60)}
    return {user: (history, history[: len(history) // 2]) for user, history in histories.items()}


def test_lists_are_those_of_each_user_alone(spark, run, ranker, user_histories):
    ids = ranker.product_ids
    users = spark.createDataFrame(
        [(u, [str(ids[p]) for p in h], [p // 2 for p in range(len(h))], "v") for u, (h, _) in user_histories.items()],
        "user_id string, history array<string>, turns array<int>, model_version string",
    )
    hidden = spark.createDataFrame(
        [(u, str(ids[p])) for u, (_, hidden_items) in user_histories.items() for p in hidden_items],
        "user_id string, product_id string",
    )
    bundles = spark.createDataFrame(
        [("b", ["p001", "p002"]), ("c", ["p001", "p002", "p003"])], "bundle_id string, products array<string>"
    )
    products = spark.createDataFrame([(str(p), f"Title of {p}") for p in ids], "product_id string, title string")
    ranked = rank_users(users, hidden, bundles, run, {"b": {"c"}, "c": {"b"}})
    rows = topk_rows(ranked, products, DE).orderBy("user_id", "rank").collect()
    kinds = set()
    for user, (history, hidden_items) in user_histories.items():
        chosen = in_turns(history, np.arange(len(history)) // 2)
        alone = ranker.rank([chosen], [np.sort(hidden_items)], K, lots([user], str(DAY), 2))
        mine = [row for row in rows if row["user_id"] == user]
        assert [row["product_id"] for row in mine] == ids[alone.items[0]].tolist()
        assert [row["score"] for row in mine] == alone.scores[0].tolist()
        chances = [np.nan if row["propensity"] is None else row["propensity"] for row in mine]
        assert np.array_equal(chances, alone.chance[0], equal_nan=True)
        assert [row["placed_by"] for row in mine if row["propensity"]] == ["exploration"] * 2
        kinds |= {row["placed_by"] for row in mine}
        parts = [[row["reason"]["parts"][kind] for kind in REASON_KINDS] for row in mine]
        assert np.array_equal(np.float32(parts), np.round(alone.parts[0], 6))
        with_evidence = [row for row in mine if row["reason"]["evidence"]]
        assert all(f"Title of {row['reason']['evidence'][0]}" in row["reason_text"] for row in with_evidence)
        assert all(row["reason_text"].startswith(DE.reasons[row["reason"]["kind"]].split("{")[0]) for row in mine)
    assert kinds == {"score", "new product", "exploration"}
    offered = {user for user, (_, hidden_items) in user_histories.items() if not {1, 2} & set(hidden_items)}
    assert sorted(row["user_id"] for row in bundle_rows(ranked).collect()) == sorted(offered), (
        "one of two near duplicates"
    )
    ranked.unpersist()


def test_lists_of_newcomers_are_ranked_by_the_history_of_their_segment(spark, run, ranker):
    ids = ranker.product_ids.tolist()
    rows = [("interest: red", ids[3:6], [0, 1, 2], [], "v"), ("session: p007", ids[7:8], [0], ids[7:8], "v")]
    types = "segment string, history array<string>, turns array<int>, hidden array<string>, model_version string"
    newcomers = spark.createDataFrame(rows, types)
    bundles = spark.createDataFrame([], "bundle_id string, products array<string>")
    products = spark.createDataFrame([(p, p) for p in ids], "product_id string, title string")
    ranked = rank_users(as_users(newcomers), hidden_from(newcomers), bundles, run)
    found = by_segment(topk_rows(ranked, products, DE)).orderBy("segment", "rank").collect()
    for at, (segment, history, turns, hidden_items, _) in enumerate(rows):
        chosen = ranker.past(np.array(history), np.array(turns))
        alone = ranker.rank([chosen], [ranker.find(np.array(hidden_items, str))], K, lots([segment], str(DAY), 2))
        mine = found[at * K : (at + 1) * K]
        assert [row["segment"] for row in mine] == [segment] * K
        assert [row["product_id"] for row in mine] == ranker.product_ids[alone.items[0]].tolist()
        assert [row["score"] for row in mine] == pytest.approx(alone.scores[0] / alone.scores[0].max(), abs=1e-6)
        assert not {row["product_id"] for row in mine} & set(hidden_items)
    ranked.unpersist()
