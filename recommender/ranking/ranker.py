"""Top-k lists of users by the score: evaluating a model and publishing its lists both rank with this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np

from pipelines.contracts.reason import PLACED_BY
from pipelines.contracts.score_parts import POPULARITY, REASON_KINDS
from recommender.ranking.contributions import Contributions
from recommender.ranking.explanations import confirmed_evidence, strongest_evidence
from recommender.ranking.nearest import DIGITS, best, rounded
from recommender.ranking.part_scores import PartScores
from recommender.ranking.products import row_and_product
from recommender.ranking.quantised_vectors import SHORT_LENGTH, ApproximateVectors
from recommender.ranking.ranked import Ranked
from recommender.ranking.rerank import HEAD, POOL, diverse, drawn, spread, with_new
from recommender.ranking.score_parts.model import ScorePartModel
from recommender.ranking.scorer import Scorer

BLOCK_CELLS = 16_000_000  # users x products held at once: 64 MB for each array of them
MAX_BLOCK_USERS = 128
CANDIDATES = 4  # products that are scored exactly for each that is read, where shorter vectors find them
BY_SCORE, NEW, DIVERSE, EXPLORED = range(len(PLACED_BY))


@dataclass(frozen=True, kw_only=True)
class Ranker(Scorer):
    """A scorer that makes lists.

    `diversity` 0 to 1, how much similarity to what stands above counts against a product; of a brand `most_per_brand`
    products stand before all others (0: any number). With `short` vectors, by part, only the products are scored
    exactly that these rank among the best.
    """

    short: Mapping[str, ApproximateVectors] = field(default_factory=dict)
    diversity: float = 0.0
    most_per_brand: int = 0

    @property
    def reorders(self) -> bool:
        """Whether the settings order lists by more than the score."""
        return bool(self.diversity or self.most_per_brand)

    def shortened(self) -> Ranker:
        """The same ranker, which scores exactly only what shorter vectors rank among the best."""
        vectors = {part.part.name: part.product_vectors(self) for part in self.parts}
        long = {
            name: of_part
            for name, of_part in vectors.items()
            if of_part is not None and of_part.shape[1] > SHORT_LENGTH
        }
        return replace(self, short={name: ApproximateVectors.of_vectors(of_part) for name, of_part in long.items()})

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
        """The `k` best showable products of each user that are not `hidden` from the user, and the scores of `bundles`.

        `histories` (oldest first) and `hidden` hold one array of indices for each user; a history of HISTORY_DTYPE says
        what was chosen at one time, too. `lots` float64 (u, m), 0 to 1, draw m products that are not listed into the
        first ten places; `bundles` are indices of products. A user's list does not depend on the others in the call.
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
        """int32 (u, k): the items of `rank` alone, without evidence and reasons, for evaluation."""
        size, lists = block_size(len(self.product_ids)), [np.empty((0, k), np.int32)]
        for at in range(0, len(histories), size):
            block, block_hidden = histories[at : at + size], hidden[at : at + size]
            contributions, no_lots = self.contributions(block, block_hidden), np.empty((len(block), 0))
            masked = self._candidates(contributions, block_hidden, self._pool_size(k, no_lots))
            lists.append(self._placed(masked, contributions.offset, k, no_lots)[0])
        return np.concatenate(lists)

    def _rank_block(
        self,
        histories: list[np.ndarray],
        hidden: list[np.ndarray],
        k: int,
        lots: np.ndarray,
        bundles: Sequence[np.ndarray],
    ) -> Ranked:
        users = self.batch(histories)
        contributions = self.weigh(users, hidden)
        masked = self._candidates(contributions, hidden, self._pool_size(k, lots))
        items, placed, chance = self._placed(masked, contributions.offset, k, lots)
        missing = items < 0
        parts = contributions.at(items)
        parts[missing] = 0
        totals = np.take_along_axis(masked, np.maximum(items, 0), axis=1)
        totals[missing] = 0
        scores = self.blend.probability(rounded(totals) / DIGITS - contributions.offset[:, None])
        scores[missing] = 0
        published = parts[:, :, : len(REASON_KINDS)]
        kinds = np.where(missing, REASON_KINDS.index(POPULARITY), published.argmax(axis=2)).astype(np.int8)
        evidence = strongest_evidence(users.query, items, kinds, self._part_of_kind, self)
        evidence = confirmed_evidence(self, histories, hidden, items, evidence, parts.sum(axis=2))
        choosers = self._users_of_both(items, kinds, evidence)
        of_bundles = self._bundle_scores(contributions, bundles)
        return Ranked(items, scores, parts, kinds, evidence, choosers, placed, chance, of_bundles)

    @cached_property
    def _part_of_kind(self) -> dict[int, ScorePartModel]:
        """The available parts by the number of their kind."""
        parts = {kind: self.find_part(name) for kind, name in enumerate(REASON_KINDS)}
        return {kind: part for kind, part in parts.items() if part is not None}

    def _users_of_both(self, items: np.ndarray, kinds: np.ndarray, evidence: np.ndarray) -> np.ndarray:
        """int32 (u, k): how many users chose both an item and its first evidence, -1 where that is not counted."""
        users = np.full(items.shape, -1, np.int32)
        for kind, part in self._part_of_kind.items():
            cells = (kinds == kind) & (evidence[:, :, 0] >= 0)
            counts = part.users_of_both(evidence[cells, 0], items[cells])
            if counts is not None:
                users[cells] = counts
        return users

    def _placed(
        self, masked: np.ndarray, offset: np.ndarray, k: int, lots: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lists (u, k): int32 items, int8 what gave them their places, float64 the chance of those that were drawn.

        A new product is one that nobody chose, so that it has no popularity; it gets a place with users for whom it
        scores above the mean, and at most `new_margin` less than the last product of the head.
        """
        longer = best(masked, self._pool_size(k, lots))
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

    def _pool_size(self, k: int, lots: np.ndarray) -> int:
        """How many of the best products of each user are read to make a list of k."""
        return k + POOL if self.reorders or lots.shape[1] else k

    def _candidates(
        self, contributions: Contributions[PartScores], hidden: list[np.ndarray], pool_size: int
    ) -> np.ndarray:
        """float32 (u, n): the total of products that may be shown and are candidates, minus infinity elsewhere.

        With `short` vectors the candidates are CANDIDATES times `pool_size`, and new products besides; else all.
        """
        if not self.short:
            return self._masked(contributions.total(), hidden)
        rough = self._masked(contributions.approximate(self.short).total(), hidden)
        items = best(rough, CANDIDATES * pool_size)
        if self.blend.new_slots:
            new = best(np.where(self.popularity <= 0, rough, -np.inf), CANDIDATES * self.blend.new_slots)
            items = np.concatenate([items, new], axis=1)
        users, place = np.nonzero(items >= 0)
        exact = contributions.total_at(np.maximum(items, 0))[users, place]
        rough.fill(-np.inf)
        rough[users, items[users, place]] = exact
        return rough

    def _masked(self, total: np.ndarray, hidden: list[np.ndarray]) -> np.ndarray:
        """`total` (u, n), changed in place: minus infinity where a product is hidden or cannot be shown."""
        total[:, self._unshowable] = -np.inf
        total[row_and_product(hidden)] = -np.inf
        return total

    @cached_property
    def _unshowable(self) -> np.ndarray:
        return np.flatnonzero(~self.showable)

    def _bundle_scores(self, contributions: Contributions[PartScores], bundles: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (u, b): the mean centred score of each bundle's products, to 6 digits; see Ranked."""
        scores = np.zeros((contributions.shape[0], len(bundles)), np.float32)
        known, at = np.unique(np.concatenate([np.empty(0, np.int32), *bundles]), return_inverse=True)
        starts = np.cumsum([0, *map(len, bundles)])
        blended = np.where(self.showable[known], contributions.total_of(known) - contributions.offset[:, None], 0)
        for b in range(len(bundles)):
            of_bundle = blended[:, at[starts[b] : starts[b + 1]]]
            scores[:, b] = rounded(of_bundle.sum(axis=1) / max(of_bundle.shape[1], 1)) / DIGITS
        return scores


def _among(items: np.ndarray, others: np.ndarray) -> np.ndarray:
    """bool (u, k): whether each of `items` (u, k) is a product and one of the user's `others` (u, m)."""
    return ((items[:, :, None] == others[:, None, :]) & (items >= 0)[:, :, None]).any(axis=2)


def block_size(products: int) -> int:
    """Users, or products, that are compared with all `products` at once."""
    return max(1, min(MAX_BLOCK_USERS, BLOCK_CELLS // max(products, 1)))
