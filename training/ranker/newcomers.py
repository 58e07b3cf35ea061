"""Histories for visitors without an account: one viewed product, or the products nearest to words of interest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from pipelines.contracts.newcomers import NEWCOMERS
from pipelines.settings.newcomers import Newcomers
from recommender.ranking.nearest import best
from recommender.ranking.ranker import Ranker

SESSION, INTEREST = "session: ", "interest: "
Embed = Callable[[Sequence[str]], np.ndarray]


def newcomer_rows(ranker: Ranker, vectors: np.ndarray, embed: Embed, settings: Newcomers, version: str) -> pa.Table:
    """The rows of `newcomers`; `vectors` (n, d) are those of the products, `embed` makes those of texts.

    A visit stands for its last product: one row for each of the most popular products. An interest, given in words,
    stands for the products whose vectors are nearest to its own, the nearest as if chosen last.
    """
    ids = ranker.product_ids
    viewed = most_chosen(ranker.popularity, settings.sessions)
    liked = nearest_to(settings.interests, vectors, ranker.showable, embed, settings.liked)
    segments = [f"{SESSION}{ids[p]}" for p in viewed] + [f"{INTEREST}{words}" for words in settings.interests]
    histories = [[str(ids[p])] for p in viewed] + [[str(p) for p in ids[row]] for row in liked]
    rows = {
        "segment": segments,
        "history": histories,
        "turns": [list(range(len(past))) for past in histories],
        "hidden": [past if at < len(viewed) else [] for at, past in enumerate(histories)],
        "model_version": [version] * len(segments),
    }
    return pa.table(rows, schema=NEWCOMERS.schema())


def most_chosen(popularity: np.ndarray, count: int) -> np.ndarray:
    """int64: the most popular products, most popular first, at most `count`; only products that anybody chose."""
    order = np.argsort(-popularity, kind="stable")[:count]
    return order[popularity[order] > 0]


def nearest_to(
    texts: Sequence[str], vectors: np.ndarray, showable: np.ndarray, embed: Embed, count: int
) -> list[np.ndarray]:
    """For each text the showable products with the nearest vectors, the nearest last, at most `count`."""
    if not texts:
        return []
    found = best(np.where(showable, embed(list(texts)) @ vectors.T, -np.inf), count)
    return [row[row >= 0][::-1] for row in found]
