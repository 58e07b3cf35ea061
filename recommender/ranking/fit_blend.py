"""Weights of the parts that rank validation users best, and what the blended score then means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pipelines.settings.ranking import Ranking
from recommender.ranking.blend import ANY_MARGIN, CHOSEN_TOGETHER, PARTS, Blend, PartWeights
from recommender.ranking.calibrate import fit_line
from recommender.ranking.eval_cases import EvalCases, UsersWithHistory
from recommender.ranking.metrics import hits, recall
from recommender.ranking.nearest import best
from recommender.ranking.ranker import Ranker, block_size

GRID = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 8.0)
ANCHOR = (1.0, *(w for w in GRID if w > 0))  # never silent, so that some part always speaks
TAIL = tuple(round(step * 0.025, 3) for step in range(1, 17))  # fine enough to use most of what it may cost
MARGINS = (ANY_MARGIN, 2.0, 1.5, 1.0, 0.7, 0.5, 0.3, 0.1)
STARTS = (Blend().only(CHOSEN_TOGETHER).weights, Blend().weights)
MOST_USERS = 5000
LEAST_SEGMENT = 300  # users with histories of like length, without whom they get no weights of their own
POOL = 100
TOP = 20
DEPTH = 10


@dataclass(frozen=True)
class CandidatePool:
    """The candidates of u users that some part ranks high, padded to p.

    `parts` (u, p, parts) are standardised; `filled` says what is no padding; `rows` and `columns` are the places of the
    targets that are candidates; `targets` (u,) counts all of them.
    """

    parts: np.ndarray
    filled: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    targets: np.ndarray

    @cached_property
    def spoken(self) -> np.ndarray:
        """bool (parts,): which parts say of a user's candidates something else than of another."""
        filled = self.filled[:, :, None]
        least = np.where(filled, self.parts, np.inf).min(axis=1, initial=np.inf)
        most = np.where(filled, self.parts, -np.inf).max(axis=1, initial=-np.inf)
        return (least < most).any(axis=0)

    def of(self, users: np.ndarray) -> CandidatePool:
        """The pool of these users, ascending places, alone."""
        place = np.full(len(self.targets), -1)
        place[users] = np.arange(len(users))
        mine = place[self.rows] >= 0
        rows, columns = place[self.rows[mine]], self.columns[mine]
        return CandidatePool(self.parts[users], self.filled[users], rows, columns, self.targets[users])


def fit_blend(ranker: Ranker, known: UsersWithHistory, ranking: Ranking) -> Blend:
    """The blend with the best NDCG@10 on the cases of `known`; the default blend without cases.

    Coordinate search over a grid from two starts; of equals the smaller weight wins, for chosen_together 1.
    The weights add up to 1. Users with short, middling and long histories get weights of their own where these help
    users that they were not fitted on. Popularity counts against a product, and places are kept for new ones, as far
    as `ranking` allows that to cost. Scores are calibrated on the top 20 of all that are `known`. Of the blend of
    `ranker` only the half-life stays.
    """
    cases = known.cases.at_most(MOST_USERS)
    start = Blend(half_life_days=ranker.blend.half_life_days)
    if not len(cases):
        return start
    even = replace(start, weights=(1.0,) * len(PARTS), scales=scales(ranker, cases.histories, cases.hidden))
    pool = _pool(replace(ranker, blend=even), cases)
    found = [_search(pool, start) for start in _starts(pool)]
    weights = max(found, key=lambda w: (round(_ndcg(pool, w), 9), -sum(w)))
    lengths = np.array([min(len(history), ranker.settings.history) for history in cases.histories])
    segments = tuple((least, _shares(w)) for least, w in _segments(pool, lengths, weights))
    fitted = replace(even, weights=_shares(weights), segments=segments)
    plain = replace(fitted, long_tail=_long_tail(pool, lengths, fitted, ranking.long_tail_cost))
    slope, intercept = _calibrated(replace(ranker, blend=plain), known)
    return replace(_with_new(ranker, plain, cases, ranking), slope=slope, intercept=intercept)


def _starts(pool: CandidatePool) -> list[PartWeights]:
    """Where the search begins, without the parts that say nothing: these shall have no weight."""
    heard = [tuple((np.array(start) * pool.spoken).tolist()) for start in STARTS]
    return [start for start in heard if any(start)] or list(STARTS)


def _calibrated(ranker: Ranker, known: UsersWithHistory) -> tuple[float, float]:
    cases, stand_for = known.at_most(MOST_USERS)
    ranked = ranker.rank(cases.histories, cases.hidden, TOP)
    shown = ranked.items >= 0
    counts = np.broadcast_to(stand_for[:, None], shown.shape)[shown]
    return fit_line(ranked.parts.sum(axis=2)[shown], hits(ranked.items, cases.targets)[shown], counts)


def _long_tail(pool: CandidatePool, lengths: np.ndarray, blend: Blend, cost: float) -> float:
    """The largest weight against what is popular by which `blend` loses no more than this share of NDCG@10.

    `lengths` (u,) are those of the users' histories, by which each has weights.
    """

    def ndcg(by: float) -> float:
        weights, of_users = np.unique(replace(blend, long_tail=by).of_users(lengths), axis=0, return_inverse=True)
        alike = [np.flatnonzero(of_users == group) for group in range(len(weights))]
        return float(np.concatenate([_gains(pool.of(u), w) for u, w in zip(alike, weights, strict=True)]).mean())

    least = (1 - cost) * ndcg(0.0)
    return next((by for by in reversed(TAIL) if cost and ndcg(by) >= least), 0.0)


def _with_new(ranker: Ranker, blend: Blend, cases: EvalCases, ranking: Ranking) -> Blend:
    """`blend` with `ranking.new_slots` places for new products, given to as many users as `ranking` allows.

    That is with the largest margin, or with none at all, by which all users lose no more recall@10.
    """
    whole = _recall(replace(ranker, blend=blend), cases) if ranking.new_slots else 0.0
    for margin in MARGINS if ranking.new_slots else ():
        with_slots = replace(blend, new_slots=ranking.new_slots, new_margin=margin)
        if whole - _recall(replace(ranker, blend=with_slots), cases) <= ranking.new_slot_cost:
            return with_slots
    return blend


def _recall(ranker: Ranker, cases: EvalCases) -> float:
    return float(recall(ranker.lists(cases.histories, cases.hidden, DEPTH), cases.targets, DEPTH).mean())


def _shares(weights: PartWeights) -> PartWeights:
    return tuple(round(w / sum(weights), 6) for w in weights)


def scales(ranker: Ranker, histories: list[np.ndarray], hidden: list[np.ndarray]) -> PartWeights:
    """Mean standard deviation of each part over the users' candidates; 1 for a part that says nothing."""
    plain = replace(ranker, blend=Blend((1.0,) * len(PARTS)))
    total, size = np.zeros(len(PARTS)), block_size(len(ranker.product_ids))
    for at in range(0, len(histories), size):
        parts = plain.contributions(histories[at : at + size], hidden[at : at + size])
        count = np.maximum(ranker.candidates(hidden[at : at + size]).sum(axis=1), 1)
        total += np.sqrt(np.square(parts).sum(axis=2, dtype=np.float64) / count).sum(axis=1)
    means = total / max(len(histories), 1)
    return tuple(float(f"{m:.6g}") if m > 0 else 1.0 for m in means)


def _search(pool: CandidatePool, start: PartWeights) -> PartWeights:
    weights, value = start, round(_ndcg(pool, start), 9)
    while True:
        before = weights
        for part in np.flatnonzero(pool.spoken).tolist():
            grid = ANCHOR if part == CHOSEN_TOGETHER else GRID
            tried = [(*weights[:part], w, *weights[part + 1 :]) for w in grid]
            weights = max(tried, key=lambda w: round(_ndcg(pool, w), 9))
        if round(_ndcg(pool, weights), 9) <= value:
            return before
        value = round(_ndcg(pool, weights), 9)


def _segments(pool: CandidatePool, lengths: np.ndarray, weights: PartWeights) -> list[tuple[int, PartWeights]]:
    """Least length of the histories and weights of each third of the users, shortest histories first.

    A third keeps `weights` where what is fitted on one half of it does not help the other, in the mean of both ways.
    """
    starts = sorted({1, *(int(np.quantile(lengths, q)) + 1 for q in (1 / 3, 2 / 3))})
    found = []
    for least, end in zip(starts, [*starts[1:], np.inf], strict=True):
        mine = np.flatnonzero((lengths >= least) & (lengths < end))
        halves = [pool.of(mine[0::2]), pool.of(mine[1::2])]
        own = weights
        if len(mine) >= LEAST_SEGMENT:
            gains = [
                _ndcg(there, _search(here, weights)) - _ndcg(there, weights) for here, there in (halves, halves[::-1])
            ]
            own = _search(pool.of(mine), weights) if sum(gains) > 0 else weights
        found.append((least, own))
    return found if any(own != weights for _, own in found) else []


def _ndcg(pool: CandidatePool, weights: PartWeights) -> float:
    """Mean NDCG@10 of the pool's users when candidates are ranked by the weighted sum."""
    return float(_gains(pool, weights).mean())


def _gains(pool: CandidatePool, weights: PartWeights | np.ndarray) -> np.ndarray:
    """float64 (u,): the same of each user."""
    score = np.where(pool.filled, pool.parts @ np.asarray(weights, np.float32), -np.inf)
    mine = score[pool.rows, pool.columns, None]
    earlier = np.arange(score.shape[1]) < pool.columns[:, None]
    others = score[pool.rows]
    place = ((others > mine) | ((others == mine) & earlier)).sum(axis=1)
    gains = np.where(place < DEPTH, 1 / np.log2(place + 2), 0)
    ideal = np.concatenate([[1.0], np.cumsum(1 / np.log2(np.arange(2, DEPTH + 2)))])
    return np.bincount(pool.rows, gains, len(score)) / ideal[np.minimum(pool.targets, DEPTH)]


def _pool(ranker: Ranker, cases: EvalCases) -> CandidatePool:
    size = block_size(len(ranker.product_ids))
    members: list[np.ndarray] = []
    scores: list[np.ndarray] = []
    for at in range(0, len(cases), size):
        allowed = ranker.candidates(cases.hidden[at : at + size])
        z = ranker.contributions(cases.histories[at : at + size], cases.hidden[at : at + size])
        speaking = [s for s in z if s.any()]
        tops = [best(np.where(allowed, s, -np.inf), POOL) for s in (*speaking, z.sum(axis=0))]
        for u, targets in enumerate(cases.targets[at : at + size]):
            pool = np.unique(np.concatenate([*(t[u] for t in tops), targets]))
            pool = pool[(pool >= 0) & allowed[u, pool]]
            members.append(pool)
            scores.append(z[:, u, pool].T)
    padded = np.zeros((len(members), max(map(len, members)), len(PARTS)), np.float32)
    filled = np.zeros(padded.shape[:2], bool)
    for u, values in enumerate(scores):
        padded[u, : len(values)], filled[u, : len(values)] = values, True
    places = [np.flatnonzero(np.isin(pool, t)) for pool, t in zip(members, cases.targets, strict=True)]
    rows = np.repeat(np.arange(len(places)), [len(p) for p in places])
    return CandidatePool(padded, filled, rows, np.concatenate(places), np.array([len(t) for t in cases.targets]))
