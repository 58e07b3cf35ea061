"""Weights of the parts that rank validation users best, and the calibration of the blended score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pipelines.contracts.score_parts import ANCHOR
from pipelines.settings.ranking import Ranking
from recommender.ranking.blend import ANY_MARGIN, Blend
from recommender.ranking.calibrate import fit_line
from recommender.ranking.eval_cases import EvalCases, UsersWithHistory
from recommender.ranking.metrics import hits, recall
from recommender.ranking.nearest import best
from recommender.ranking.ranker import Ranker, block_size

GRID = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0)
ANCHOR_GRID = (1.0, *(w for w in GRID if w > 0))  # never 0, so that some part always has a weight
LONG_TAIL_GRID = tuple(round(step * 0.025, 3) for step in range(1, 17))  # fine enough to use most of what it may cost
MARGINS = (ANY_MARGIN, 2.0, 1.5, 1.0, 0.7, 0.5, 0.3, 0.1)
MAX_USERS = 5000  # on whom weights are fitted, and of each kind in the calibration
MIN_SEGMENT_USERS = 300  # users with histories of similar length; fewer get no weights of their own
CANDIDATES_PER_PART = 100
CALIBRATION_DEPTH = 20  # of the lists whose scores are calibrated
DEPTH = 10  # of recall and NDCG

Weights = tuple[float, ...]  # in the order of the pool's columns


@dataclass(frozen=True)
class CandidatePool:
    """The candidates of u users that some part ranks high, padded to p.

    `names` of the parts; `parts` float32 (u, p, names) are standardised scores; `filled` bool (u, p) is false for
    padding; `rows` and `columns` int (m,) are the places of those targets that are candidates; `targets` int (u,)
    counts all targets.
    """

    names: tuple[str, ...]
    parts: np.ndarray
    filled: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    targets: np.ndarray

    @cached_property
    def informative(self) -> np.ndarray:
        """bool (names,): which parts tell candidates of a user apart."""
        filled = self.filled[:, :, None]
        least = np.where(filled, self.parts, np.inf).min(axis=1, initial=np.inf)
        most = np.where(filled, self.parts, -np.inf).max(axis=1, initial=-np.inf)
        return (least < most).any(axis=0)

    def of(self, users: np.ndarray) -> CandidatePool:
        """The pool of these users, ascending places, alone."""
        place = np.full(len(self.targets), -1)
        place[users] = np.arange(len(users))
        among = place[self.rows] >= 0
        rows, columns = place[self.rows[among]], self.columns[among]
        return CandidatePool(self.names, self.parts[users], self.filled[users], rows, columns, self.targets[users])


def fit_blend(ranker: Ranker, known: UsersWithHistory, ranking: Ranking) -> Blend:
    """The blend with the best NDCG@10 on the cases of `known`; the default blend without cases.

    Coordinate search over a grid from two starts; of equals the smaller weight wins, for the anchor 1. The weights add
    up to 1. Users with short, medium and long histories get weights of their own where these help users that they were
    not fitted on. Popularity counts against a product, and places are kept for new ones, as far as `ranking` allows
    that to cost. Scores are calibrated on the top 20 of all users of `known`. Of the blend of `ranker` only the
    half-life stays.
    """
    cases = known.cases.at_most(MAX_USERS)
    start = Blend(half_life_days=ranker.blend.half_life_days)
    if not len(cases):
        return start
    equal = dict.fromkeys(ranker.columns, 1.0)
    even = replace(start, weights=equal, scales=scales(ranker, cases.histories, cases.hidden))
    pool = _pool(replace(ranker, blend=even), cases)
    results = [_search(pool, start) for start in _starts(pool)]
    weights = max(results, key=lambda w: (round(_ndcg(pool, w), 9), -sum(w)))
    lengths = np.array([min(len(history), ranker.settings.history) for history in cases.histories])
    segments = tuple((least, _shares(pool, w)) for least, w in _segments(pool, lengths, weights))
    fitted = replace(even, weights=_shares(pool, weights), segments=segments)
    plain = replace(fitted, long_tail=_long_tail(pool, lengths, fitted, ranking.long_tail_cost))
    slope, intercept = _calibrated(replace(ranker, blend=plain), known)
    return replace(_with_new(ranker, plain, cases, ranking), slope=slope, intercept=intercept)


def _starts(pool: CandidatePool) -> list[Weights]:
    """Where the search begins: the anchor alone, and the default weights; 0 for parts that are not informative."""
    blends = (Blend().single_part(ANCHOR), Blend())
    starts = [tuple(blend.weights.get(name, 0.0) for name in pool.names) for blend in blends]
    informative = [tuple((np.array(start) * pool.informative).tolist()) for start in starts]
    return [start for start in informative if any(start)] or starts


def _calibrated(ranker: Ranker, known: UsersWithHistory) -> tuple[float, float]:
    """Slope and intercept of the logistic from scores of the top 20 to the share of these that was chosen."""
    cases, stand_for = known.at_most(MAX_USERS)
    ranked = ranker.rank(cases.histories, cases.hidden, CALIBRATION_DEPTH)
    shown = ranked.items >= 0
    counts = np.broadcast_to(stand_for[:, None], shown.shape)[shown]
    return fit_line(ranked.parts.sum(axis=2)[shown], hits(ranked.items, cases.targets)[shown], counts)


def _long_tail(pool: CandidatePool, lengths: np.ndarray, blend: Blend, cost: float) -> float:
    """The largest weight against what is popular by which `blend` loses no more than this share of NDCG@10.

    `lengths` (u,) are those of the users' histories, by which each has weights.
    """

    def ndcg(by: float) -> float:
        of_users = replace(blend, long_tail=by).weights_of_users(lengths, pool.names)
        weights, group_of_user = np.unique(of_users, axis=0, return_inverse=True)
        groups = [np.flatnonzero(group_of_user == group) for group in range(len(weights))]
        return float(np.concatenate([_gains(pool.of(u), w) for u, w in zip(groups, weights, strict=True)]).mean())

    least = (1 - cost) * ndcg(0.0)
    return next((by for by in reversed(LONG_TAIL_GRID) if cost and ndcg(by) >= least), 0.0)


def _with_new(ranker: Ranker, blend: Blend, cases: EvalCases, ranking: Ranking) -> Blend:
    """`blend` with `ranking.new_slots` places for new products, and the largest margin that `ranking` allows.

    Allowed is what lowers recall@10 by at most `ranking.new_slot_cost`; without such a margin, no place is kept.
    """
    whole = _recall(replace(ranker, blend=blend), cases) if ranking.new_slots else 0.0
    for margin in MARGINS if ranking.new_slots else ():
        with_slots = replace(blend, new_slots=ranking.new_slots, new_margin=margin)
        if whole - _recall(replace(ranker, blend=with_slots), cases) <= ranking.new_slot_cost:
            return with_slots
    return blend


def _recall(ranker: Ranker, cases: EvalCases) -> float:
    return float(recall(ranker.lists(cases.histories, cases.hidden, DEPTH), cases.targets, DEPTH).mean())


def _shares(pool: CandidatePool, weights: Weights) -> dict[str, float]:
    return {name: round(w / sum(weights), 6) for name, w in zip(pool.names, weights, strict=True)}


def scales(ranker: Ranker, histories: list[np.ndarray], hidden: list[np.ndarray]) -> dict[str, float]:
    """By part, the mean standard deviation over the users' candidates; 1 for a part that scores all the same."""
    plain = replace(ranker, blend=Blend(dict.fromkeys(ranker.columns, 1.0)))
    total, size = np.zeros(len(ranker.columns)), block_size(len(ranker.product_ids))
    for at in range(0, len(histories), size):
        parts = plain.contribution_array(histories[at : at + size], hidden[at : at + size])
        count = np.maximum(ranker.candidates(hidden[at : at + size]).sum(axis=1), 1)
        total += np.sqrt(np.square(parts).sum(axis=2, dtype=np.float64) / count).sum(axis=1)
    means = total / max(len(histories), 1)
    return {name: float(f"{m:.6g}") if m > 0 else 1.0 for name, m in zip(ranker.columns, means, strict=True)}


def _search(pool: CandidatePool, start: Weights) -> Weights:
    """Coordinate search: each part's weight in turn, until NDCG@10 rises no more."""
    weights, value = start, round(_ndcg(pool, start), 9)
    while True:
        before = weights
        for column in np.flatnonzero(pool.informative).tolist():
            grid = ANCHOR_GRID if pool.names[column] == ANCHOR else GRID
            options = [(*weights[:column], w, *weights[column + 1 :]) for w in grid]
            weights = max(options, key=lambda w: round(_ndcg(pool, w), 9))
        if round(_ndcg(pool, weights), 9) <= value:
            return before
        value = round(_ndcg(pool, weights), 9)


def _segments(pool: CandidatePool, lengths: np.ndarray, weights: Weights) -> list[tuple[int, Weights]]:
    """Least length of the histories and weights of each third of the users, shortest histories first.

    A third keeps `weights` where what is fitted on one half of it does not help the other, in the mean of both ways.
    """
    starts = sorted({1, *(int(np.quantile(lengths, q)) + 1 for q in (1 / 3, 2 / 3))})
    segments = []
    for least, end in zip(starts, [*starts[1:], np.inf], strict=True):
        users = np.flatnonzero((lengths >= least) & (lengths < end))
        halves = [pool.of(users[0::2]), pool.of(users[1::2])]
        own = weights
        if len(users) >= MIN_SEGMENT_USERS:
            gains = [
                _ndcg(there, _search(here, weights)) - _ndcg(there, weights) for here, there in (halves, halves[::-1])
            ]
            own = _search(pool.of(users), weights) if sum(gains) > 0 else weights
        segments.append((least, own))
    return segments if any(own != weights for _, own in segments) else []


def _ndcg(pool: CandidatePool, weights: Weights) -> float:
    """Mean NDCG@10 of the pool's users when candidates are ranked by the weighted sum."""
    return float(_gains(pool, weights).mean())


def _gains(pool: CandidatePool, weights: Weights | np.ndarray) -> np.ndarray:
    """float64 (u,): the NDCG@10 of each user."""
    score = np.where(pool.filled, pool.parts @ np.asarray(weights, np.float32), -np.inf)
    of_target = score[pool.rows, pool.columns, None]
    earlier = np.arange(score.shape[1]) < pool.columns[:, None]
    others = score[pool.rows]
    place = ((others > of_target) | ((others == of_target) & earlier)).sum(axis=1)
    gains = np.where(place < DEPTH, 1 / np.log2(place + 2), 0)
    ideal = np.concatenate([[1.0], np.cumsum(1 / np.log2(np.arange(2, DEPTH + 2)))])
    return np.bincount(pool.rows, gains, len(score)) / ideal[np.minimum(pool.targets, DEPTH)]


def _pool(ranker: Ranker, cases: EvalCases) -> CandidatePool:
    """The 100 best candidates of each part and of their sum, and the targets, of each user."""
    size = block_size(len(ranker.product_ids))
    members: list[np.ndarray] = []
    scores: list[np.ndarray] = []
    for at in range(0, len(cases), size):
        allowed = ranker.candidates(cases.hidden[at : at + size])
        z = ranker.contribution_array(cases.histories[at : at + size], cases.hidden[at : at + size])
        not_zero = [s for s in z if s.any()]
        tops = [best(np.where(allowed, s, -np.inf), CANDIDATES_PER_PART) for s in (*not_zero, z.sum(axis=0))]
        for u, targets in enumerate(cases.targets[at : at + size]):
            pool = np.unique(np.concatenate([*(t[u] for t in tops), targets]))
            pool = pool[(pool >= 0) & allowed[u, pool]]
            members.append(pool)
            scores.append(z[:, u, pool].T)
    padded = np.zeros((len(members), max(map(len, members)), len(ranker.columns)), np.float32)
    filled = np.zeros(padded.shape[:2], bool)
    for u, values in enumerate(scores):
        padded[u, : len(values)], filled[u, : len(values)] = values, True
    places = [np.flatnonzero(np.isin(pool, t)) for pool, t in zip(members, cases.targets, strict=True)]
    rows = np.repeat(np.arange(len(places)), [len(p) for p in places])
    return CandidatePool(
        ranker.columns, padded, filled, rows, np.concatenate(places), np.array([len(t) for t in cases.targets])
    )
