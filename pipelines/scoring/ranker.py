"""The score of a user and a product, once: judging a model and publishing its lists both rank with this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from pipelines.scoring.blend import (
    CHOSEN_TOGETHER,
    NEXT_CHOICE,
    POPULAR,
    SIMILAR_MEANING,
    SIMILAR_TEXT,
    TWO_VECTORS,
    WELL_RATED,
    Blend,
)
from pipelines.scoring.evidence import evidence
from pipelines.scoring.knn import query
from pipelines.scoring.nearest import DIGITS, best, rounded
from pipelines.scoring.next_choice import NextChoice
from pipelines.scoring.parts import Dense, Neighbours, Part, Said, Same, Shown, Vectors
from pipelines.scoring.ranked import Ranked
from pipelines.scoring.rerank import POOL, diverse, drawn, spread
from pipelines.scoring.slots import with_new
from pipelines.scoring.two_vectors import TwoVectors
from pipelines.scoring.vectors import user_vectors
from pipelines.settings.learning import Knn
from pipelines.tables.recommendations import PLACED_BY

CELLS = 16_000_000  # users x products held at once: 64 MB for each array of them
MOST_USERS = 128
BY_SCORE, NEW, DIVERSE, EXPLORED = range(len(PLACED_BY))
FAINT = 0.05  # weight of `popular` for a user without history, where the blend gives it none


@dataclass(frozen=True)
class Ranker:
    """Everything that ranks n products for any user. Indices of products are places in the sorted `product_ids`.

    `showable` bool (n,); `knn` and `lexical` csr float32 (n, n); `vectors` float32 (n, d) by `on_grid`;
    `popularity` float32 (n,), log scale; `next_choice` and `two_vectors` None for a model without them; `rated` float32
    (n,) the products' biases, None where stars do not count; `diversity` 0 to 1, how much likeness to what stands above
    counts against a product; of a brand `most_per_brand` products stand before all others (0: any number), `brands`
    int32 (n,) being -1 where it is unknown.
    """

    product_ids: np.ndarray
    showable: np.ndarray
    knn: sparse.csr_array
    lexical: sparse.csr_array
    vectors: np.ndarray
    popularity: np.ndarray
    blend: Blend
    settings: Knn
    brands: np.ndarray
    next_choice: NextChoice | None = None
    two_vectors: TwoVectors | None = None
    rated: np.ndarray | None = None
    diversity: float = 0.0
    most_per_brand: int = 0

    def find(self, ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """int32: the indices of those of `ids` that are products of this ranker, in the same order."""
        wanted = np.asarray(ids, dtype=str)
        at = np.minimum(np.searchsorted(self.product_ids, wanted), len(self.product_ids) - 1)
        return at[self.product_ids[at] == wanted].astype(np.int32)

    @property
    def reorders(self) -> bool:
        """Whether the settings order lists by more than the score."""
        return bool(self.diversity or self.most_per_brand)

    def by_score(self) -> Ranker:
        """The same ranker without what the settings add to the score."""
        return replace(self, diversity=0.0, most_per_brand=0, blend=replace(self.blend, long_tail=0.0))

    def with_popularity(self, popularity: np.ndarray) -> Ranker:
        """The same ranker with other popularity, float32 (n,)."""
        return replace(self, popularity=popularity)

    def rank(
        self,
        histories: list[np.ndarray],
        hidden: list[np.ndarray],
        k: int,
        lots: np.ndarray | None = None,
        bundles: Sequence[np.ndarray] = (),
    ) -> Ranked:
        """The `k` best showable products of each user that are not `hidden` from the user, and what `bundles` score.

        `histories` (oldest first) and `hidden` hold one array of indices for each user; `lots` float64 (u, m), 0 to 1,
        draw m products that are not listed into the first ten places; `bundles` are indices of products. A user's list
        does not depend on the others in the call.
        """
        lots = np.empty((len(histories), 0)) if lots is None else lots
        size = block_size(len(self.product_ids))
        blocks = [
            self._rank_block(histories[at : at + size], hidden[at : at + size], k, lots[at : at + size], bundles)
            for at in range(0, max(len(histories), 1), size)
        ]
        names = (field.name for field in fields(Ranked))
        return Ranked(**{name: np.concatenate([getattr(b, name) for b in blocks]) for name in names})

    def _rank_block(
        self,
        histories: list[np.ndarray],
        hidden: list[np.ndarray],
        k: int,
        lots: np.ndarray,
        bundles: Sequence[np.ndarray],
    ) -> Ranked:
        asked = query(histories, len(self.product_ids), self.settings)
        said = self._said(asked, histories, hidden)
        total = said.total()
        masked = self._masked(total, hidden)
        items, placed, chance = self._placed(masked, said.offset, k, lots)
        missing = items < 0
        top = said.at(items)
        top[missing] = 0
        blended = rounded(np.take_along_axis(total, np.maximum(items, 0), axis=1)) / DIGITS - said.offset[:, None]
        scores = self.blend.probability(blended)
        scores[missing] = 0
        kinds = np.where(missing, POPULAR, top.argmax(axis=2)).astype(np.int8)
        found = evidence(asked, items, kinds, self._similar(), self._vectors())
        offered = self._bundle_scores(total, said.offset, bundles)
        return Ranked(items, scores, top, kinds, found, placed, chance, offered)

    def _placed(
        self, masked: np.ndarray, offset: np.ndarray, k: int, lots: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The list of each user (u, k): items, what gave them their places, and the chance of those that were drawn.

        New is what nobody chose, so that it has no popularity; it is shown to whom something speaks for it.
        """
        longer = best(masked, k + POOL if self.reorders or lots.shape[1] else k)
        if self.diversity:
            score = np.take_along_axis(masked, np.maximum(longer, 0), axis=1)
            longer = diverse(score, longer, self.vectors, self.diversity)
        if self.most_per_brand:
            longer = spread(longer, self.brands, self.most_per_brand)
        items, pool = longer[:, :k], longer[:, k:]
        fresh = np.empty((len(items), 0), np.int32)
        if self.blend.new_slots:
            unknown = (self.popularity <= 0) & (masked > offset[:, None])
            fresh = best(np.where(unknown, masked, -np.inf), self.blend.new_slots)
        chosen, chance = drawn(np.where(_among(pool, fresh), -1, pool), lots)
        items, moved = with_new(items, np.concatenate([fresh, chosen], axis=1))
        by_lot = moved & _among(items, chosen)
        placed = np.select([by_lot, moved], [EXPLORED, NEW], DIVERSE if self.reorders else BY_SCORE).astype(np.int8)
        return items, placed, np.where(by_lot, chance[:, None], np.nan)

    def _masked(self, total: np.ndarray, hidden: list[np.ndarray]) -> np.ndarray:
        """`total` (u, n), but minus infinity where a product is hidden from the user or cannot be shown."""
        masked = np.where(self.showable, total, np.float32(-np.inf))
        masked[_flat(hidden)] = -np.inf
        return masked

    def _similar(self) -> dict[int, sparse.csr_array]:
        """Which products are near each other, of the parts that say so in a matrix."""
        return {CHOSEN_TOGETHER: self.knn, SIMILAR_TEXT: self.lexical}

    def _vectors(self) -> dict[int, np.ndarray]:
        """The products' vectors (n, d), of the parts that compare those."""
        learned = {} if self.next_choice is None else {NEXT_CHOICE: self.next_choice.targets}
        return {SIMILAR_MEANING: self.vectors, **learned}

    def _bundle_scores(self, total: np.ndarray, offset: np.ndarray, bundles: Sequence[np.ndarray]) -> np.ndarray:
        scores = np.zeros((len(total), len(bundles)), np.float32)
        for b, bundle in enumerate(bundles):
            blended = np.where(self.showable[bundle], total[:, bundle] - offset[:, None], 0)
            scores[:, b] = rounded(blended.sum(axis=1) / max(len(bundle), 1)) / DIGITS
        return scores

    def candidates(self, hidden: list[np.ndarray]) -> np.ndarray:
        """bool (u, n): showable and not hidden from the user."""
        allowed = np.tile(self.showable, (len(hidden), 1))
        allowed[_flat(hidden)] = False
        return allowed

    def contributions(self, histories: list[np.ndarray], hidden: list[np.ndarray]) -> np.ndarray:
        """float32 (parts, u, n): what each part adds to a user's score of a product; 0 where it may not be shown.

        That is weight times the part, less its mean over the products that may be shown to the user, over the part's
        scale. Without a history only `popular` and `well_rated` speak.
        """
        asked = query(histories, len(self.product_ids), self.settings)
        return np.where(self.candidates(hidden), self._said(asked, histories, hidden).all(), np.float32(0))

    def _said(self, asked: sparse.csr_array, histories: list[np.ndarray], hidden: list[np.ndarray]) -> Said:
        """What the parts that are not silent say to these users."""
        strangers = np.diff(asked.indptr) == 0
        make = {
            CHOSEN_TOGETHER: lambda: Neighbours(asked @ self.knn, self.showable),
            SIMILAR_TEXT: lambda: Neighbours(asked @ self.lexical, self.showable),
            SIMILAR_MEANING: lambda: Vectors(user_vectors(asked, self.vectors), self.vectors, self._whole[0]),
            NEXT_CHOICE: lambda: self._next_choice(histories),
            TWO_VECTORS: lambda: self._two_vectors(asked),
            WELL_RATED: lambda: self._rated(len(histories)),
            POPULAR: lambda: Same(self.popularity, len(histories), self._whole[2]),
        }
        parts, factors = {}, {}
        weights = self.blend.of_users(np.diff(asked.indptr))
        weights[strangers & (weights[:, POPULAR] <= 0), POPULAR] = FAINT
        for part, scale in enumerate(self.blend.scales):
            if weights[:, part].any() and self.speaks(part):
                parts[part] = make[part]()
                factors[part] = (weights[:, part] / scale).astype(np.float32)
        return Said(parts, factors, self._shown_to(hidden), (len(histories), len(self.product_ids)))

    def _shown_to(self, hidden: list[np.ndarray]) -> Shown:
        """Of each user the products that could be shown but are hidden, and how many remain."""
        users, products = _flat(hidden)
        could = self.showable[products]
        users, products = users[could], products[could]
        count = self._whole[3] - np.bincount(users, minlength=len(hidden))
        return Shown(users, products, np.maximum(count, 1))

    def _next_choice(self, histories: list[np.ndarray]) -> Part:
        """The cosine of each user's taste and each product."""
        return Vectors(self.next_choice.tastes(histories), self.next_choice.targets, self._whole[1])

    def _two_vectors(self, asked: sparse.csr_array) -> Part:
        """What the scorer of two vectors says of each product."""
        said = self.two_vectors.scores(user_vectors(asked, self.vectors), self.vectors)
        said[np.diff(asked.indptr) == 0] = 0  # of whoever chose nothing there is no vector
        return Dense(said, self.showable)

    def _rated(self, users: int) -> Part:
        """How far each product's stars lie above the mean."""
        return Same(self.rated, users, float(self.rated[self.showable].sum(dtype=np.float64)))

    def speaks(self, part: int) -> bool:
        """Whether this model has the part at all."""
        there = {NEXT_CHOICE: self.next_choice, TWO_VECTORS: self.two_vectors, WELL_RATED: self.rated}
        return there.get(part, True) is not None

    @cached_property
    def _whole(self) -> tuple[np.ndarray, np.ndarray, float, int]:
        """Sums over the products that may be shown: of vectors, of the network's, of popularity; and their number."""
        shown = self.showable.astype(np.float64)
        learned = np.zeros(0) if self.next_choice is None else np.einsum("n,nd->d", shown, self.next_choice.targets)
        vectors = np.einsum("n,nd->d", shown, self.vectors)
        return vectors, learned, float(self.popularity[self.showable].sum(dtype=np.float64)), int(shown.sum())


def _among(items: np.ndarray, others: np.ndarray) -> np.ndarray:
    """bool (u, k): whether each of `items` (u, k) is a product and one of the user's `others` (u, m)."""
    return ((items[:, :, None] == others[:, None, :]) & (items >= 0)[:, :, None]).any(axis=2)


def _flat(lists: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The place of each list's entries, and the entries."""
    places = np.repeat(np.arange(len(lists)), [len(products) for products in lists])
    return places, np.concatenate([np.empty(0, np.int64), *lists]).astype(np.int64)


def block_size(products: int) -> int:
    """Users scored at once."""
    return max(1, min(MOST_USERS, CELLS // max(products, 1)))
