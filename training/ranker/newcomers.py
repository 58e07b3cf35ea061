"""Pasts for visitors nobody knows: a visit's one product, and the words in which somebody says what they like."""

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
    """The rows of `newcomers`; `vectors` (n, d) are those of the products, `embed` makes those of words.

    A visit is told by its last product: one row for each of the products that are chosen most. What somebody says to
    like is told by the products that are nearest to it in meaning, the nearest as if chosen last.
    """
    ids = ranker.product_ids
    looked_at = most_chosen(ranker.popularity, settings.sessions)
    liked = nearest_to(settings.interests, vectors, ranker.showable, embed, settings.liked)
    segments = [f"{SESSION}{ids[p]}" for p in looked_at] + [f"{INTEREST}{words}" for words in settings.interests]
    pasts = [[str(ids[p])] for p in looked_at] + [[str(p) for p in ids[row]] for row in liked]
    rows = {
        "segment": segments,
        "history": pasts,
        "turns": [list(range(len(past))) for past in pasts],
        "hidden": [past if at < len(looked_at) else [] for at, past in enumerate(pasts)],
        "model_version": [version] * len(segments),
    }
    return pa.table(rows, schema=NEWCOMERS.schema())


def most_chosen(popularity: np.ndarray, count: int) -> np.ndarray:
    """int64: the products that anybody chose, those chosen most first, at most `count`."""
    order = np.argsort(-popularity, kind="stable")[:count]
    return order[popularity[order] > 0]


def nearest_to(
    texts: Sequence[str], vectors: np.ndarray, showable: np.ndarray, embed: Embed, count: int
) -> list[np.ndarray]:
    """For each text the showable products whose vectors are likest to its own, the likest last, at most `count`."""
    if not texts:
        return []
    found = best(np.where(showable, embed(list(texts)) @ vectors.T, -np.inf), count)
    return [row[row >= 0][::-1] for row in found]
