"""How well models rank what users chose on days that none of them saw."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from operator import attrgetter
from typing import Any

import numpy as np

from pipelines.contracts.score_parts import SCORE_PARTS
from recommender.ranking.calibrate import calibration_error
from recommender.ranking.eval_cases import EvalCases, UsersWithHistory
from recommender.ranking.metrics import (
    brand_coverage,
    coverage,
    estimate,
    hits,
    identical_lists,
    ndcg,
    recall,
    recall_by_depth,
)
from recommender.ranking.nearest import best
from recommender.ranking.ranker import Ranker
from recommender.ranking.rerank import lots
from training.ranker.cold_items import targets_among

LIST_LENGTH = 20
DEPTH = 10
MAX_CALIBRATION_USERS = 5000  # of each kind, in the calibration error
MAX_COMPARED_USERS = 1000  # whose lists are made with and without shorter vectors
USERS_AT_ONCE = 256  # scored in one block


@dataclass(frozen=True)
class ModelFigures:
    """One model's figures at 10: `ndcg` and `recall` float64 (u,); `coverage`, `brand_coverage` and `identical_lists`
    over all users.

    `cold_recall` is the recall of cold products, float64, one entry for each user who chose one; `recall_by_depth`
    float64 (k,) the mean recall of the first 1, 2, ... k products. `seconds` is what ranking took: a figure of the
    machine, so it is no metric.
    """

    ndcg: np.ndarray
    recall: np.ndarray
    cold_recall: np.ndarray
    recall_by_depth: np.ndarray
    coverage: float
    brand_coverage: float
    identical_lists: float
    seconds: float

    @classmethod
    def of(cls, items: np.ndarray, cases: EvalCases, cold: np.ndarray, ranker: Ranker, seconds: float) -> ModelFigures:
        """The figures of the lists `items` (u, k) for `cases`, of what `ranker` may show."""
        chose_cold, cold_targets = targets_among(cases, cold)
        return cls(
            ndcg(items, cases.targets, DEPTH),
            recall(items, cases.targets, DEPTH),
            recall(items[chose_cold], cold_targets, DEPTH),
            recall_by_depth(items, cases.targets),
            coverage(items, int(ranker.showable.sum()), DEPTH),
            brand_coverage(items, ranker.brands, ranker.showable, DEPTH),
            identical_lists(items, DEPTH),
            seconds,
        )

    def metrics(self) -> dict[str, dict[str, Any]]:
        """Value, 95 % interval and number of users by metric; what is no mean over users has no interval."""
        means = {"ndcg": self.ndcg, "recall": self.recall, "cold_recall": self.cold_recall}
        whole = {name: getattr(self, name) for name in ("coverage", "brand_coverage", "identical_lists")}
        found = {name: asdict(estimate(values)) for name, values in means.items()}
        found |= {n: {"value": v, "low": None, "high": None, "users": len(self.ndcg)} for n, v in whole.items()}
        return {f"{name}@{DEPTH}": numbers for name, numbers in found.items()}


def with_parts(name: str, ranker: Ranker) -> dict[str, Ranker]:
    """The ranker under `name`, and each of its parts alone under the name of its figure.

    Where settings make the ranker order by more than the score, it is there a second time without them, as `by_score`:
    the difference is what these settings cost.
    """
    plain = ranker.by_score()
    rankers = {name: ranker} | ({"by_score": plain} if ranker.reorders or ranker.blend.long_tail else {})
    available = [part for part in SCORE_PARTS if ranker.is_available(part.name)]
    return rankers | {part.figure: replace(plain, blend=ranker.blend.single_part(part.name)) for part in available}


def evaluate_rankers(rankers: Mapping[str, Ranker], cases: EvalCases, cold: np.ndarray) -> dict[str, ModelFigures]:
    """Each ranker's figures on `cases`: top 20 of what may be shown and is not hidden from the user.

    `cold` bool (n,) says which products the rankers know little or nothing of.
    """
    judged = {}
    for name, ranker in rankers.items():
        began = time.perf_counter()
        items = ranker.lists(cases.histories, cases.hidden, LIST_LENGTH)
        seconds = time.perf_counter() - began
        judged[name] = ModelFigures.of(items, cases, cold, ranker, seconds)
    return judged


def after_one_product(cases: EvalCases) -> EvalCases:
    """`cases` with histories cut to the last product, as of a visitor without an account."""
    return replace(cases, histories=[history[-1:] for history in cases.histories])


def evaluate_exploration(ranker: Ranker, cases: EvalCases, cold: np.ndarray, draw: tuple[str, int]) -> ModelFigures:
    """The figures of lists with drawn products; `draw` is the key of the random draw and the number of products."""
    began = time.perf_counter()
    ranked = ranker.rank(cases.histories, cases.hidden, LIST_LENGTH, lots(cases.users.tolist(), *draw))
    return ModelFigures.of(ranked.items, cases, cold, ranker, time.perf_counter() - began)


def found_by_short(ranker: Ranker, cases: EvalCases) -> dict[str, Any]:
    """Mean share of the exact first ten that shorter vectors find, with its 95 % interval."""
    cases = cases.at_most(MAX_COMPARED_USERS)
    exact = replace(ranker, short={}).lists(cases.histories, cases.hidden, DEPTH)
    found = ranker.lists(cases.histories, cases.hidden, DEPTH)
    return asdict(estimate(recall(found, [row[row >= 0] for row in exact], DEPTH)))


def calibration_metric(ranker: Ranker, known: UsersWithHistory) -> dict[str, Any]:
    """How far the scores of the first ten are from the share that is chosen, over all users that are `known`."""
    cases, stand_for = known.at_most(MAX_CALIBRATION_USERS)
    ranked = ranker.rank(cases.histories, cases.hidden, DEPTH)
    shown = ranked.items >= 0
    counts = np.broadcast_to(stand_for[:, None], shown.shape)[shown]
    error = calibration_error(ranked.scores[shown], hits(ranked.items, cases.targets)[shown], counts)
    return {"value": error, "low": None, "high": None, "users": len(cases)}


def ndcg_of_vectors(users: np.ndarray, products: np.ndarray, cases: EvalCases, showable: np.ndarray) -> float:
    """NDCG@10 on `cases` by the product of vectors alone, of users (u, d) and products (n, d)."""
    return ndcg_of_scores(lambda at: users[at] @ products.T, cases, showable)


def ndcg_of_scores(scores: Callable[[slice], np.ndarray], cases: EvalCases, showable: np.ndarray) -> float:
    """NDCG@10 on `cases` by `scores` alone, which gives (u, n) for the users of a slice.

    Ranked is what is showable (n,) and not hidden from the user.
    """
    lists = []
    for start in range(0, len(cases), USERS_AT_ONCE):
        at = slice(start, start + USERS_AT_ONCE)
        score = np.where(showable, scores(at), -np.inf)
        for row, hidden in zip(score, cases.hidden[at], strict=True):
            row[hidden] = -np.inf
        lists.append(best(score, DEPTH))
    return float(ndcg(np.concatenate(lists), cases.targets, DEPTH).mean())


def differences(
    judged: Mapping[str, ModelFigures], model: str, others: tuple[str, ...], metric: str = "ndcg"
) -> dict[str, dict[str, Any]]:
    """`model-other` -> difference of a metric with its paired 95 % interval, for those of `others` that were judged.

    `metric` is a mean over users: ndcg, recall or cold_recall.
    """
    if model not in judged:
        return {}
    of = attrgetter(metric)
    return {f"{model}-{o}": asdict(estimate(of(judged[model]) - of(judged[o]))) for o in others if o in judged}
