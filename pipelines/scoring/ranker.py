"""The score of a user and a product, once: judging a model and publishing its lists both rank with this."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from pipelines.scoring.blend import (
    CHOSEN_TOGETHER,
    NEXT_CHOICE,
    PARTS,
    POPULAR,
    SIMILAR_MEANING,
    SIMILAR_TEXT,
    Blend,
)
from pipelines.scoring.evidence import evidence
from pipelines.scoring.knn import query
from pipelines.scoring.nearest import DIGITS, best, rounded
from pipelines.scoring.next_choice import NextChoice
from pipelines.scoring.vectors import user_vectors
from pipelines.settings.model import Knn

CELLS = 500_000  # users x products held at once; small enough for a processor's cache
MOST_USERS = 128
FAINT = 0.05  # weight of `popular` for a user without history, where the blend gives it none


@dataclass(frozen=True)
class Ranked:
    """The best products of each user: all arrays (u, k), `items` -1 where a user has fewer than k candidates.

    `scores` float32 calibrated, to 6 digits, never rising; `parts` float32 (u, k, parts) what each of PARTS adds to
    the blended score; `kinds` int8, the part that adds most; `evidence` int32 (u, k, 2) products of the user's past
    that speak most for the item by that part, -1 where there is none.
    """

    items: np.ndarray
    scores: np.ndarray
    parts: np.ndarray
    kinds: np.ndarray
    evidence: np.ndarray

    def shares(self) -> np.ndarray:
        """float32 (u, k): the share of the speaking part in all that speaks for the item, 0 to 1."""
        positive = np.maximum(self.parts, 0)
        total = positive.sum(axis=2)
        return np.divide(positive.max(axis=2), total, out=np.zeros_like(total), where=total > 0)


@dataclass(frozen=True)
class Ranker:
    """Everything that ranks n products for any user. Indices of products are places in the sorted `product_ids`.

    `showable` bool (n,); `knn` and `lexical` csr float32 (n, n); `vectors` float32 (n, d) by `on_grid`;
    `popularity` float32 (n,), log scale; `next_choice` None for a model without it.
    """

    product_ids: np.ndarray
    showable: np.ndarray
    knn: sparse.csr_array
    lexical: sparse.csr_array
    vectors: np.ndarray
    popularity: np.ndarray
    blend: Blend
    settings: Knn
    next_choice: NextChoice | None = None

    def find(self, ids: list[str]) -> np.ndarray:
        """int32: the indices of those of `ids` that are products of this ranker, in the same order."""
        wanted = np.asarray(ids, dtype=str)
        at = np.minimum(np.searchsorted(self.product_ids, wanted), len(self.product_ids) - 1)
        return at[self.product_ids[at] == wanted].astype(np.int32)

    def with_popularity(self, popularity: np.ndarray) -> Ranker:
        """The same ranker with other popularity, float32 (n,)."""
        return replace(self, popularity=popularity)

    def rank(self, histories: list[np.ndarray], hidden: list[np.ndarray], k: int) -> Ranked:
        """The `k` best showable products of each user that are not `hidden` from the user.

        `histories` (oldest first) and `hidden` hold one array of indices for each user. A user's list does not
        depend on the others in the call.
        """
        size = block_size(len(self.product_ids))
        blocks = [
            self._rank_block(histories[at : at + size], hidden[at : at + size], k)
            for at in range(0, max(len(histories), 1), size)
        ]
        names = ("items", "scores", "parts", "kinds", "evidence")
        return Ranked(**{name: np.concatenate([getattr(b, name) for b in blocks]) for name in names})

    def _rank_block(self, histories: list[np.ndarray], hidden: list[np.ndarray], k: int) -> Ranked:
        allowed = self.candidates(hidden)
        parts = self.contributions(histories, allowed)
        items = best(parts.sum(axis=0), allowed, k)
        user = np.arange(len(items))[:, None]
        missing = items < 0
        top = np.moveaxis(parts[:, user, items], 0, 2)
        top[missing] = 0
        scores = self.blend.probability(rounded(top.sum(axis=2)) / DIGITS)
        scores[missing] = 0
        kinds = np.where(missing, POPULAR, top.argmax(axis=2)).astype(np.int8)
        asked = query(histories, len(self.product_ids), self.settings)
        return Ranked(items, scores, top, kinds, evidence(asked, items, kinds, self._similar(), self._vectors()))

    def _similar(self) -> dict[int, sparse.csr_array]:
        """Which products are near each other, of the parts that say so in a matrix."""
        return {CHOSEN_TOGETHER: self.knn, SIMILAR_TEXT: self.lexical}

    def _vectors(self) -> dict[int, np.ndarray]:
        """The products' vectors (n, d), of the parts that compare those."""
        learned = {} if self.next_choice is None else {NEXT_CHOICE: self.next_choice.targets}
        return {SIMILAR_MEANING: self.vectors, **learned}

    def bundle_scores(self, histories: list[np.ndarray], bundles: list[np.ndarray]) -> np.ndarray:
        """float32 (u, b): mean blended score of each bundle's products for each user, to 6 digits.

        A product that cannot be shown adds 0; a bundle without products scores 0.
        """
        size = block_size(len(self.product_ids))
        scores = np.zeros((len(histories), len(bundles)), np.float32)
        for at in range(0, len(histories), size):
            block = histories[at : at + size]
            blended = self.contributions(block, self.candidates([np.empty(0, np.int32)] * len(block))).sum(axis=0)
            for b, bundle in enumerate(bundles):
                scores[at : at + size, b] = rounded(blended[:, bundle].sum(axis=1) / max(len(bundle), 1)) / DIGITS
        return scores

    def candidates(self, hidden: list[np.ndarray]) -> np.ndarray:
        """bool (u, n): showable and not hidden from the user."""
        allowed = np.tile(self.showable, (len(hidden), 1))
        for row, products in zip(allowed, hidden, strict=True):
            row[products] = False
        return allowed

    def contributions(self, histories: list[np.ndarray], allowed: np.ndarray) -> np.ndarray:
        """float32 (parts, u, n): what each part adds to a user's score of a product.

        That is weight times the part, less its mean over the user's `allowed` products, over the part's scale.
        Without a history only `popular` speaks.
        """
        n = len(self.product_ids)
        asked = query(histories, n, self.settings)
        compute = {
            CHOSEN_TOGETHER: lambda: (asked @ self.knn).toarray(),
            SIMILAR_TEXT: lambda: (asked @ self.lexical).toarray(),
            SIMILAR_MEANING: lambda: user_vectors(asked, self.vectors) @ self.vectors.T,
            NEXT_CHOICE: lambda: self._next_choice(histories),
            POPULAR: lambda: np.tile(self.popularity, (len(histories), 1)),
        }
        parts = np.zeros((len(PARTS), len(histories), n), np.float32)
        strangers = np.diff(asked.indptr) == 0
        for part, (weight, scale) in enumerate(zip(self.blend.weights, self.blend.scales, strict=True)):
            if weight > 0 or (part == POPULAR and strangers.any()):
                weights = np.where(strangers & (part == POPULAR), weight or FAINT, weight)
                parts[part] = centred(compute[part](), allowed) * (weights / scale).astype(np.float32)[:, None]
        return parts

    def _next_choice(self, histories: list[np.ndarray]) -> np.ndarray:
        """float32 (u, n): the cosine of each user's taste and each product; 0 for a model without such a network."""
        if self.next_choice is None:
            return np.zeros((len(histories), len(self.product_ids)), np.float32)
        return self.next_choice.tastes(histories) @ self.next_choice.targets.T


def centred(scores: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """float32 (u, n): `scores` less the mean of each row over its allowed entries; 0 elsewhere."""
    scores = np.where(allowed, scores, np.float32(0))
    count = np.maximum(allowed.sum(axis=1), 1).astype(np.float32)
    return np.where(allowed, scores - (scores.sum(axis=1) / count)[:, None], np.float32(0))


def block_size(products: int) -> int:
    """Users scored at once."""
    return max(1, min(MOST_USERS, CELLS // max(products, 1)))
