"""A shop of random products and users of any size; the cost of ranking depends on sizes alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse

from pipelines.settings.knn import Knn
from pipelines.settings.load import check_settings
from recommender.ranking.blend import Blend
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.score_parts.chosen_together import ChosenTogether
from recommender.ranking.score_parts.next_choice import NextChoiceScorer
from recommender.ranking.score_parts.popular import Popular
from recommender.ranking.score_parts.similar_meaning import SimilarMeaning
from recommender.ranking.score_parts.similar_text import SimilarText
from training.ranker.fit_next_choice import Network
from training.ranker.training_loop import weights_of

MEANING, TASTE = 384, 128  # lengths of the encoder's vectors and of the network's
NEIGHBOURS, HISTORY = 100, 20
DENSE = {"similar_meaning": 0.2, "next_choice": 0.2, "popular": 0.1}
SPARSE = {"chosen_together": 0.3, "similar_text": 0.3}
WHOLE = SPARSE | DENSE


@dataclass(frozen=True)
class RandomShop:
    """A ranker over random products, and histories of `count` users: int32 (count, HISTORY), oldest first."""

    ranker: Ranker
    chosen: np.ndarray


def made(users: int, products: int) -> RandomShop:
    """The shop; the same arguments give the same shop."""
    rng = np.random.default_rng(7)
    text = rng.normal(size=(products, MEANING)).astype(np.float32)
    settings = check_settings({}).next_choice
    torch.manual_seed(7)
    network = Network(torch.from_numpy(text), settings)
    chosen = np.argsort(rng.random((users, 4 * HISTORY)), axis=1)[:, :HISTORY]  # distinct within a user
    chosen = (chosen * (products // (4 * HISTORY)) + rng.integers(0, products // (4 * HISTORY), (users, 1))).astype(
        np.int32
    )
    showable, similar = rng.random(products) < 0.98, neighbours(rng, products)
    ranker = Ranker(
        product_ids=np.array([f"p{n:08d}" for n in range(products)]),
        showable=showable,
        lexical=neighbours(rng, products),
        vectors=on_grid(text),
        popularity=np.log1p(rng.exponential(20, products)).astype(np.float32),
        blend=weighed(WHOLE),
        settings=Knn(),
        brands=np.full(products, -1, np.int32),
        parts=(
            ChosenTogether(similar),
            SimilarText(),
            SimilarMeaning(),
            NextChoiceScorer(weights_of(network.eval()), rng.normal(size=(products, TASTE)).astype(np.float32)),
            Popular(),
        ),
    )
    return RandomShop(ranker, chosen)


def weighed(weights: Mapping[str, float]) -> Blend:
    """A blend of the parts that are named; the others have no weight."""
    return Blend(weights)


def neighbours(rng: np.random.Generator, products: int) -> sparse.csr_array:
    columns = np.sort(rng.integers(0, products, (products, NEIGHBOURS)), axis=1)
    starts = np.arange(products + 1) * NEIGHBOURS
    found = sparse.csr_array(
        (rng.random(columns.size).astype(np.float32), columns.ravel().astype(np.int32), starts), shape=(products,) * 2
    )
    found.sum_duplicates()
    return found
