"""A small shelf: a ranker over random products whose every number is reproducible, and people before it."""

import numpy as np
import pytest
from scipy import sparse

from pipelines.scoring.blend import Blend
from pipelines.scoring.nearest import keep_best
from pipelines.scoring.ranker import Ranker
from pipelines.scoring.vectors import on_grid
from pipelines.settings.model import Knn

BLEND = Blend((1.0, 0.5, 0.7, 0.2), (0.1, 0.2, 0.1, 1.0), 0.8, -3.0)


def make_shelf(products: int = 60, blend: Blend = BLEND) -> Ranker:
    rng = np.random.default_rng(0)

    def neighbours() -> sparse.csr_array:
        dense = rng.random((products, products)) * (rng.random((products, products)) < 0.2)
        np.fill_diagonal(dense, 0)
        return keep_best(sparse.csr_array(dense), 10)

    showable = np.ones(products, bool)
    showable[::9] = False
    return Ranker(
        product_ids=np.array([f"p{i:03d}" for i in range(products)]),
        showable=showable,
        knn=neighbours(),
        lexical=neighbours(),
        vectors=on_grid(rng.normal(size=(products, 16))),
        popularity=np.log1p(rng.integers(0, 50, products)).astype(np.float32),
        blend=blend,
        settings=Knn(history=8),
    )


def make_people(users: int, products: int = 60) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Histories (the first user has none) and hidden products."""
    rng = np.random.default_rng(1)
    lengths = [0, *rng.integers(0, 15, users - 1)]
    histories = [rng.permutation(products)[:length].astype(np.int32) for length in lengths]
    return histories, [np.sort(h[: len(h) // 2]) for h in histories]


@pytest.fixture
def shelf() -> Ranker:
    """60 products, every ninth of which cannot be shown."""
    return make_shelf()


@pytest.fixture
def people() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Histories and hidden products of 150 users."""
    return make_people(150)
