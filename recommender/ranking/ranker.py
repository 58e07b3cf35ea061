"""The score of a user and a product, once: judging a model and publishing its lists both rank with this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np

from pipelines.contracts.reason import PLACED_BY
from recommender.ranking.approximate import LENGTH, ApproximateVectors
from recommender.ranking.blend import CHOSEN_TOGETHER, POPULAR
from recommender.ranking.contributions import Contributions
from recommender.ranking.counterfactual import confirmed
from recommender.ranking.explanations import evidence
from recommender.ranking.nearest import DIGITS, best, rounded
from recommender.ranking.new_item_slots import HEAD, with_new
from recommender.ranking.ranked import Ranked
from recommender.ranking.rerank import POOL, diverse, drawn, spread
from recommender.ranking.scorer import Scorer, flat
from recommender.ranking.sparse_rows import entries

CELLS = 16_000_000  # users x products held at once: 64 MB for each array of them
MOST_USERS = 128
CANDIDATES = 4  # products that are scored for each that is looked at, where short forms say which
BY_SCORE, NEW, DIVERSE, EXPLORED = range(len(PLACED_BY))


@dataclass(frozen=True, kw_only=True)
class Ranker(Scorer):
    """A scorer that makes lists.

    `diversity` 0 to 1, how much likeness to what stands above counts against a product; of a brand `most_per_brand`
    products stand before all others (0: any number), `brands` int32 (n,) being -1 where it is unknown. With `short`
    forms of the vectors, by part, only the products are scored that these say are among the best.
    """

    brands: np.ndarray
    short: Mapping[int, ApproximateVectors] = field(default_factory=dict)
    diversity: float = 0.0
    most_per_brand: int = 0

    @property
    def reorders(self) -> bool:
        """Whether the settings order lists by more than the score."""
        return bool(self.diversity or self.most_per_brand)

    def shortened(self) -> Ranker:
        """The same ranker, which scores only what short forms of its vectors say is among the best."""
        long = {part: vectors for part, vectors in self.compared().items() if vectors.shape[1] > LENGTH}
        return replace(self, short={part: ApproximateVectors.of_vectors(vectors) for part, vectors in long.items()})

    def by_score(self) -> Ranker:
        """The same ranker without what the settings add to the score."""
        return replace(self, diversity=0.0, most_per_brand=0, blend=replace(self.blend, long_tail=0.0))

    def rank(
        self,
        histories: list[np.ndarray],
        hidden: list[np.ndarray],
        k: int,
        lots: np.ndarray | None = None,
        bundles: Sequence[np.ndarray] = (),
    ) -> Ranked:
        """The `k` best showable products of each user that are not `hidden` from the user, and what `bundles` score.

        `histories` (oldest first) and `hidden` hold one array of indices for each user, a history better one of PAST;
        `lots` float64 (u, m), 0 to 1, draw m products that are not listed into the first ten places; `bundles` are
        indices of products. A user's list does not depend on the others in the call.
        """
        lots = np.empty((len(histories), 0)) if lots is None else lots
        size = block_size(len(self.product_ids))
        blocks = [
            self._rank_block(histories[at : at + size], hidden[at : at + size], k, lots[at : at + size], bundles)
            for at in range(0, max(len(histories), 1), size)
        ]
        names = (field.name for field in fields(Ranked))
        return Ranked(**{name: np.concatenate([getattr(b, name) for b in blocks]) for name in names})

    def lists(self, histories: list[np.ndarray], hidden: list[np.ndarray], k: int) -> np.ndarray:
        """int32 (u, k): the items of `rank` alone, for whoever judges lists: what speaks for them is not looked for."""
        size, found = block_size(len(self.product_ids)), [np.empty((0, k), np.int32)]
        for at in range(0, len(histories), size):
            those, barred = histories[at : at + size], hidden[at : at + size]
            said, none = self.said(those, barred), np.empty((len(those), 0))
            masked = self._candidates(said, barred, self._looked_at(k, none))
            found.append(self._placed(masked, said.offset, k, none)[0])
        return np.concatenate(found)

    def _rank_block(
        self,
        histories: list[np.ndarray],
        hidden: list[np.ndarray],
        k: int,
        lots: np.ndarray,
        bundles: Sequence[np.ndarray],
    ) -> Ranked:
        said = self.said(histories, hidden)
        masked = self._candidates(said, hidden, self._looked_at(k, lots))
        items, placed, chance = self._placed(masked, said.offset, k, lots)
        missing = items < 0
        top = said.at(items)
        top[missing] = 0
        best_of_all = np.take_along_axis(masked, np.maximum(items, 0), axis=1)
        best_of_all[missing] = 0
        blended = rounded(best_of_all) / DIGITS - said.offset[:, None]
        scores = self.blend.probability(blended)
        scores[missing] = 0
        kinds = np.where(missing, POPULAR, top.argmax(axis=2)).astype(np.int8)
        found = evidence(self.asked(histories), items, kinds, self.similar(), self.compared())
        found = confirmed(self, histories, hidden, items, found, top.sum(axis=2))
        offered = self._bundle_scores(said, bundles)
        return Ranked(items, scores, top, kinds, found, self._users(items, kinds, found), placed, chance, offered)

    def _users(self, items: np.ndarray, kinds: np.ndarray, found: np.ndarray) -> np.ndarray:
        """int32 (u, k): how many chose both an item and its first evidence, where they are chosen together; else -1."""
        users = np.full(items.shape, -1, np.int32)
        cells = (kinds == CHOSEN_TOGETHER) & (found[:, :, 0] >= 0)
        if self.together is not None:
            users[cells] = entries(self.together, found[cells, 0], items[cells])
        return users

    def _placed(
        self, masked: np.ndarray, offset: np.ndarray, k: int, lots: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The list of each user (u, k): items, what gave them their places, and the chance of those that were drawn.

        New is what nobody chose, so that it has no popularity; it is shown to whom something speaks for it, and not
        too much less than for the last product of the head.
        """
        longer = best(masked, self._looked_at(k, lots))
        if self.diversity:
            score = np.take_along_axis(masked, np.maximum(longer, 0), axis=1)
            longer = diverse(score, longer, self.vectors, self.diversity)
        if self.most_per_brand:
            longer = spread(longer, self.brands, self.most_per_brand)
        items, pool = longer[:, :k], longer[:, k:]
        fresh = np.empty((len(items), 0), np.int32)
        if self.blend.new_slots:
            last = items[:, min(HEAD, k) - 1, None]
            tenth = np.where(last < 0, -np.inf, np.take_along_axis(masked, np.maximum(last, 0), axis=1))
            least = np.maximum(offset[:, None], tenth - self.blend.new_margin)
            unknown = (self.popularity <= 0) & (masked > least)
            fresh = best(np.where(unknown, masked, -np.inf), self.blend.new_slots)
        chosen, chance = drawn(np.where(_among(pool, fresh), -1, pool), lots)
        items, moved = with_new(items, np.concatenate([fresh, chosen], axis=1))
        by_lot = moved & _among(items, chosen)
        placed = np.select([by_lot, moved], [EXPLORED, NEW], DIVERSE if self.reorders else BY_SCORE).astype(np.int8)
        return items, placed, np.where(by_lot, chance[:, None], np.nan)

    def _looked_at(self, k: int, lots: np.ndarray) -> int:
        """How many products of each user are looked at for a list of k."""
        return k + POOL if self.reorders or lots.shape[1] else k

    def _candidates(self, said: Contributions, hidden: list[np.ndarray], looked_at: int) -> np.ndarray:
        """float32 (u, n): the total where a product may be shown and is worth scoring, minus infinity elsewhere.

        With short forms these are CANDIDATES times as many as are `looked_at`, and new ones besides; else all.
        """
        if not self.short:
            return self._masked(said.total(), hidden)
        rough = self._masked(said.in_short(self.short).total(), hidden)
        items = best(rough, CANDIDATES * looked_at)
        if self.blend.new_slots:
            new = best(np.where(self.popularity <= 0, rough, -np.inf), CANDIDATES * self.blend.new_slots)
            items = np.concatenate([items, new], axis=1)
        users, place = np.nonzero(items >= 0)
        exact = said.total_at(np.maximum(items, 0))[users, place]
        rough.fill(-np.inf)
        rough[users, items[users, place]] = exact
        return rough

    def _masked(self, total: np.ndarray, hidden: list[np.ndarray]) -> np.ndarray:
        """`total` (u, n), changed: minus infinity where a product is hidden from the user or cannot be shown."""
        total[:, self._unshowable] = -np.inf
        total[flat(hidden)] = -np.inf
        return total

    @cached_property
    def _unshowable(self) -> np.ndarray:
        return np.flatnonzero(~self.showable)

    def _bundle_scores(self, said: Contributions, bundles: Sequence[np.ndarray]) -> np.ndarray:
        scores = np.zeros((said.shape[0], len(bundles)), np.float32)
        known, at = np.unique(np.concatenate([np.empty(0, np.int32), *bundles]), return_inverse=True)
        starts = np.cumsum([0, *map(len, bundles)])
        blended = np.where(self.showable[known], said.total_of(known) - said.offset[:, None], 0)
        for b in range(len(bundles)):
            of_bundle = blended[:, at[starts[b] : starts[b + 1]]]
            scores[:, b] = rounded(of_bundle.sum(axis=1) / max(of_bundle.shape[1], 1)) / DIGITS
        return scores


def _among(items: np.ndarray, others: np.ndarray) -> np.ndarray:
    """bool (u, k): whether each of `items` (u, k) is a product and one of the user's `others` (u, m)."""
    return ((items[:, :, None] == others[:, None, :]) & (items >= 0)[:, :, None]).any(axis=2)


def block_size(products: int) -> int:
    """Users, or products, that are compared with all `products` at once."""
    return max(1, min(MOST_USERS, CELLS // max(products, 1)))
