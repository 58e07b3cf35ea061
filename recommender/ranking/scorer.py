"""What the parts of a model say of a user and a product, weighed by the blend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from pipelines.settings.knn import Knn
from recommender.ranking.blend import (
    CHOSEN_TOGETHER,
    NEXT_CHOICE,
    POPULAR,
    SIMILAR_MEANING,
    SIMILAR_TEXT,
    TWO_VECTORS,
    WELL_RATED,
    Blend,
)
from recommender.ranking.contributions import (
    ConstantScores,
    Contributions,
    DenseScores,
    PartScores,
    ShowableProducts,
    SparseScores,
    SubsetScores,
    VectorScores,
)
from recommender.ranking.histories import past
from recommender.ranking.knn import query
from recommender.ranking.next_choice import NextChoiceScorer
from recommender.ranking.quantised_vectors import user_vectors
from recommender.ranking.subset_scores import NeighbourLookup
from recommender.ranking.two_vectors import TwoVectorsScorer

FAINT = 0.05  # weight of `popular` for a user without history, where the blend gives it none


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """Everything that scores n products for any user. Indices of products are places in the sorted `product_ids`.

    `showable` bool (n,); `knn` and `lexical` csr float32 (n, n); `vectors` float32 (n, d) by `on_grid`;
    `together` csr int32 (n, n) how many users chose both, where `knn` has an entry (None: not counted);
    `popularity` float32 (n,), log scale; `next_choice` and `two_vectors` None for a model without them; `rated` float32
    (n,) the products' biases, None where stars do not count.
    """

    product_ids: np.ndarray
    showable: np.ndarray
    knn: sparse.csr_array
    lexical: sparse.csr_array
    vectors: np.ndarray
    popularity: np.ndarray
    blend: Blend
    settings: Knn
    together: sparse.csr_array | None = None
    next_choice: NextChoiceScorer | None = None
    two_vectors: TwoVectorsScorer | None = None
    rated: np.ndarray | None = None

    def find(self, ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """int32: the indices of those of `ids` that are products of this ranker, in the same order."""
        at, known = self._places(ids)
        return at[known]

    def past(self, ids: Sequence[str], turns: Sequence[int]) -> np.ndarray:
        """PAST: those of `ids` that are products of this ranker, with the turns of them."""
        at, known = self._places(ids)
        return past(at[known], np.asarray(turns, np.int32)[known])

    def _places(self, ids: Sequence[str] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        wanted = np.asarray(ids, dtype=str)
        at = np.minimum(np.searchsorted(self.product_ids, wanted), len(self.product_ids) - 1)
        return at.astype(np.int32), self.product_ids[at] == wanted

    def candidates(self, hidden: list[np.ndarray]) -> np.ndarray:
        """bool (u, n): showable and not hidden from the user."""
        allowed = np.tile(self.showable, (len(hidden), 1))
        allowed[flat(hidden)] = False
        return allowed

    def contributions(self, histories: list[np.ndarray], hidden: list[np.ndarray]) -> np.ndarray:
        """float32 (parts, u, n): what each part adds to a user's score of a product; 0 where it may not be shown.

        That is weight times the part, less its mean over the products that may be shown to the user, over the part's
        scale. Without a history only `popular` and `well_rated` speak.
        """
        return np.where(self.candidates(hidden), self.said(histories, hidden).all(), np.float32(0))

    def asked(self, histories: list[np.ndarray]) -> sparse.csr_array:
        """csr float32 (u, n): how much each product of a user's past counts."""
        return query(histories, len(self.product_ids), self.settings)

    def said(self, histories: list[np.ndarray], hidden: list[np.ndarray]) -> Contributions:
        """What the parts that are not silent say to these users."""
        asked, similar = self.asked(histories), self.similar()
        shown = self.shown(hidden, np.arange(len(hidden)))
        return self._said(histories, asked, shown, lambda part: SparseScores(asked @ similar[part], self.showable))

    def said_of_few(
        self, histories: list[np.ndarray], looked: Mapping[int, NeighbourLookup], shown: ShowableProducts
    ) -> Contributions:
        """The same of products that were `looked` up for the people `shown.of`, who ask with these `histories`."""
        asked = self.asked(histories)
        return self._said(histories, asked, shown, lambda part: looked[part].asked(shown.of, asked))

    def look_up(
        self, histories: list[np.ndarray], items: np.ndarray, shown: ShowableProducts, spare: int
    ) -> dict[int, NeighbourLookup]:
        """What pasts say of `items` (p, k), by part: for all that people of these `histories` may ask of them.

        So many of their last products are looked up that `spare` may be left out.
        """
        longer = self.settings.model_copy(update={"history": self.settings.history + spare})
        past = query(histories, len(self.product_ids), longer)
        asked = {part: near for part, near in self.similar().items() if self.blend.hears(part)}
        return {part: NeighbourLookup.of(past, near, self.showable, shown, items) for part, near in asked.items()}

    def _said(
        self,
        histories: list[np.ndarray],
        asked: sparse.csr_array,
        shown: ShowableProducts,
        neighbours: Callable[[int], SubsetScores],
    ) -> Contributions:
        strangers = np.diff(asked.indptr) == 0
        make = {
            CHOSEN_TOGETHER: lambda: neighbours(CHOSEN_TOGETHER),
            SIMILAR_TEXT: lambda: neighbours(SIMILAR_TEXT),
            SIMILAR_MEANING: lambda: VectorScores(user_vectors(asked, self.vectors), self.vectors, self._whole[0]),
            NEXT_CHOICE: lambda: self._next_choice(histories),
            TWO_VECTORS: lambda: self._two_vectors(asked),
            WELL_RATED: lambda: self._rated(len(histories)),
            POPULAR: lambda: ConstantScores(self.popularity, len(histories), self._whole[2]),
        }
        parts, factors = {}, {}
        weights = self.blend.of_users(np.diff(asked.indptr))
        weights[strangers & (weights[:, POPULAR] <= 0), POPULAR] = FAINT
        for part, scale in enumerate(self.blend.scales):
            if weights[:, part].any() and self.speaks(part):
                parts[part] = make[part]()
                factors[part] = (weights[:, part] / scale).astype(np.float32)
        return Contributions(parts, factors, shown, (len(histories), len(self.product_ids)))

    def shown(self, hidden: list[np.ndarray], of: np.ndarray) -> ShowableProducts:
        """What may be shown to the people from whom `hidden` is; `of` (u,) are those who ask."""
        people, products = flat(hidden)
        could = self.showable[products]
        people, products = people[could], products[could]
        return ShowableProducts(people, products, self._whole[3] - np.bincount(people, minlength=len(hidden)), of)

    def _next_choice(self, histories: list[np.ndarray]) -> PartScores:
        """The cosine of each user's taste and each product."""
        return VectorScores(self.next_choice.tastes(histories), self.next_choice.targets, self._whole[1])

    def _two_vectors(self, asked: sparse.csr_array) -> PartScores:
        """What the scorer of two vectors says of each product."""
        said = self.two_vectors.scores(user_vectors(asked, self.vectors), self.vectors)
        said[np.diff(asked.indptr) == 0] = 0  # of whoever chose nothing there is no vector
        return DenseScores(said, self.showable)

    def _rated(self, users: int) -> PartScores:
        """How far each product's stars lie above the mean."""
        return ConstantScores(self.rated, users, float(self.rated[self.showable].sum(dtype=np.float64)))

    def speaks(self, part: int) -> bool:
        """Whether this model has the part at all."""
        there = {NEXT_CHOICE: self.next_choice, TWO_VECTORS: self.two_vectors, WELL_RATED: self.rated}
        return there.get(part, True) is not None

    def similar(self) -> dict[int, sparse.csr_array]:
        """Which products are near each other, of the parts that say so in a matrix."""
        return {CHOSEN_TOGETHER: self.knn, SIMILAR_TEXT: self.lexical}

    def compared(self) -> dict[int, np.ndarray]:
        """The products' vectors (n, d), of the parts that compare those."""
        learned = {} if self.next_choice is None else {NEXT_CHOICE: self.next_choice.targets}
        return {SIMILAR_MEANING: self.vectors, **learned}

    @cached_property
    def _whole(self) -> tuple[np.ndarray, np.ndarray, float, int]:
        """Sums over the products that may be shown: of vectors, of the network's, of popularity; and their number."""
        shown = self.showable.astype(np.float64)
        learned = np.zeros(0) if self.next_choice is None else np.einsum("n,nd->d", shown, self.next_choice.targets)
        vectors = np.einsum("n,nd->d", shown, self.vectors)
        return vectors, learned, float(self.popularity[self.showable].sum(dtype=np.float64)), int(shown.sum())


def flat(lists: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The place of each list's entries, and the entries."""
    places = np.repeat(np.arange(len(lists)), [len(products) for products in lists])
    return places, np.concatenate([np.empty(0, np.int64), *lists]).astype(np.int64)
