"""A small shelf: a ranker over random products whose every number is reproducible, and people before it."""

import numpy as np
import pytest
from scipy import sparse

from pipelines.contracts.score_parts import REASON_KINDS
from pipelines.settings.knn import Knn
from recommender.ranking.blend import Blend
from recommender.ranking.nearest import keep_best
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.score_parts.chosen_together import ChosenTogether
from recommender.ranking.score_parts.next_choice import NextChoiceScorer
from recommender.ranking.score_parts.popular import Popular
from recommender.ranking.score_parts.similar_meaning import SimilarMeaning
from recommender.ranking.score_parts.similar_text import SimilarText
from recommender.ranking.score_parts.two_vectors import TwoVectorsScorer
from recommender.ranking.score_parts.well_rated import WellRated


def by_part(*values: float) -> dict[str, float]:
    """Weights or scales by the name of the part, in the order of REASON_KINDS."""
    return dict(zip(REASON_KINDS, values, strict=True))


BLEND = Blend(
    by_part(1.0, 0.5, 0.7, 0.4, 0.3, 0.1, 0.2), by_part(0.1, 0.2, 0.1, 0.3, 0.5, 0.2, 1.0), slope=0.8, intercept=-3.0
)


def make_network(products: int, width: int = 8, layers: int = 2) -> NextChoiceScorer:
    """A network of random weights, by the names that torch gives them."""
    rng = np.random.default_rng(3)

    def normal(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    weights = {"distance": normal(layers, 2, 6)}
    for name in ("norm_in", "norm_out", *(f"blocks.{b}.norm_{n}" for b in range(layers) for n in (1, 2))):
        weights |= {f"{name}.weight": normal(width), f"{name}.bias": normal(width)}
    for block in range(layers):
        shapes = {"query_key_value": (3, 1), "mix": (1, 1), "inner": (2, 1), "outer": (1, 2)}
        for name, (out, into) in shapes.items():
            weights[f"blocks.{block}.{name}.weight"] = normal(out * width, into * width)
            weights[f"blocks.{block}.{name}.bias"] = normal(out * width)
    return NextChoiceScorer(weights, normal(products, width))


def make_scorer(width: int = 16, units: int = 4) -> TwoVectorsScorer:
    """A scorer of random weights, by the names that torch gives them."""
    rng = np.random.default_rng(6)
    shapes = {
        "user.weight": (units, width),
        "product.weight": (units, width),
        "product.bias": (units,),
        "out.weight": (1, units),
    }
    return TwoVectorsScorer({name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()})


def make_shelf(products: int = 60, blend: Blend = BLEND) -> Ranker:
    rng = np.random.default_rng(0)

    def neighbours() -> sparse.csr_array:
        dense = rng.random((products, products)) * (rng.random((products, products)) < 0.2)
        np.fill_diagonal(dense, 0)
        return keep_best(sparse.csr_array(dense), 10)

    showable = np.ones(products, bool)
    showable[::9] = False
    similar = neighbours()
    return Ranker(
        product_ids=np.array([f"p{i:03d}" for i in range(products)]),
        showable=showable,
        lexical=neighbours(),
        vectors=on_grid(rng.normal(size=(products, 16))),
        popularity=np.log1p(rng.integers(0, 50, products)).astype(np.float32),
        blend=blend,
        settings=Knn(history=8),
        brands=np.arange(products, dtype=np.int32) % 5 - 1,
        parts=(
            ChosenTogether(similar),
            SimilarText(),
            SimilarMeaning(),
            make_network(products),
            make_scorer(),
            WellRated(rng.normal(size=products).astype(np.float32)),
            Popular(),
        ),
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


@pytest.fixture
def crowd() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Histories, none of them empty, and hidden products of about 1100 users."""
    histories, hidden = make_people(1200)
    known = [len(history) > 0 for history in histories]
    return tuple([x for x, k in zip(lists, known, strict=True) if k] for lists in (histories, hidden))
