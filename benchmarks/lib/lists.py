"""Figures of lists for users with one target each: by metric, by frequency of the target, by spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.lib.sequences import FIT
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.interaction_log import InteractionLog
from recommender.ranking.metrics import coverage, estimate, ndcg, recall

DEPTHS = (5, 10, 20)
HEAD = 0.2  # share of the items, by how often they were chosen, that are not the long tail
SLICES = {"0": (0, 0), "1-5": (1, 5), "6-20": (6, 20), "more": (21, np.inf)}  # times that a target was learned from
SPREAD = ("coverage@10", "gini@10", "long_tail@10", "diversity@10")
Figures = dict[str, Any]


def figures(
    items: np.ndarray, cases: EvalCases, log: InteractionLog, cold: np.ndarray, words: sparse.csr_array
) -> Figures:
    """Gains of each user and figures over all users of the lists `items` (u, k); users with a `cold` target apart.

    Each user's recall is also given by frequency of the target. `words` csr (n, w) are the words of the items' texts,
    each row of length one.
    """
    known = np.bincount(log.product[log.day <= FIT], minlength=len(log.products))
    of_target = known[np.array([targets[0] for targets in cases.targets])]
    gains = {f"{n}@{k}": f(items, cases.targets, k) for n, f in (("recall", recall), ("ndcg", ndcg)) for k in DEPTHS}
    of_cold = np.array([cold[targets[0]] for targets in cases.targets])
    if of_cold.any():
        gains |= {f"cold_{name}": values[of_cold] for name, values in gains.items()}
    by_frequency = {
        name: gains["recall@10"][(of_target >= low) & (of_target <= high)] for name, (low, high) in SLICES.items()
    }
    return {
        "gains": gains,
        "coverage@10": coverage(items, len(log.products), 10),
        "gini@10": gini(items[:, :10], len(log.products)),
        "long_tail@10": long_tail(items[:, :10], known),
        "diversity@10": diversity(items[:, :10], words),
        "by_frequency": by_frequency,
    }


def gini(items: np.ndarray, count: int) -> float:
    """Gini coefficient of how often `count` items are shown: 0 if all equally often, 1 if one alone is shown."""
    shown = np.sort(np.bincount(items[items >= 0], minlength=count))
    places = np.arange(1, count + 1)
    return float((2 * places - count - 1) @ shown / (count * max(shown.sum(), 1)))


def long_tail(items: np.ndarray, known: np.ndarray) -> float:
    """Share of the shown items that are not among the most chosen fifth."""
    head = np.argsort(-known, kind="stable")[: round(HEAD * len(known))]
    shown = items[items >= 0]
    return 1 - _mean(np.isin(shown, head))


def diversity(items: np.ndarray, words: sparse.csr_array) -> float:
    """Mean over lists of 1 less the mean cosine of two of its items, by their words (Ziegler et al. 2005)."""
    row, place = np.nonzero(items >= 0)
    listed = sparse.csr_array((np.ones(len(row), np.float32), (row, items[row, place])), (len(items), words.shape[0]))
    count = np.diff(listed.indptr)
    alone = listed @ np.square(words).sum(axis=1)  # of an item without words nothing is alike, not even itself
    alike = np.square(listed @ words).sum(axis=1) - alone
    pairs = count * (count - 1)
    return _mean(1 - alike[pairs > 0] / pairs[pairs > 0])


def summary(seeds: Sequence[Mapping[str, Figures]]) -> dict[str, dict[str, Any]]:
    """For each model of any seed, its figures over the seeds that have it, and the number of these."""
    names = dict.fromkeys(name for models in seeds for name in models)
    return {name: _of_model([models[name] for models in seeds if name in models]) for name in names}


def _of_model(runs: Sequence[Figures]) -> dict[str, Any]:
    told: dict[str, Any] = {"seeds": len(runs)}
    for metric in dict.fromkeys(metric for run in runs for metric in run["gains"]):
        told |= over_seeds(metric, [run["gains"][metric] for run in runs if metric in run["gains"]])
    told |= {metric: float(np.median([run[metric] for run in runs])) for metric in SPREAD}
    slices = {name: [run["by_frequency"][name] for run in runs] for name in SLICES}
    return told | {"by_frequency": {name: _of_slice(gains) for name, gains in slices.items()}}


def _of_slice(seeds: Sequence[np.ndarray]) -> dict[str, Any]:
    """Number of users (median over seeds), and their recall where there are any."""
    some = [gains for gains in seeds if len(gains)]
    told = {"users": float(np.median([len(gains) for gains in seeds]))}
    return told | (over_seeds("recall@10", some) if some else {})


def over_seeds(metric: str, gains: Sequence[np.ndarray]) -> dict[str, Any]:
    """Median over seeds of the mean over users, and the 95 % interval over users of the median's seed."""
    means = [float(each.mean()) for each in gains]
    value = estimate(gains[middle(means)])
    return {metric: float(np.median(means)), f"{metric}_ci": [value.low, value.high], f"{metric}_seeds": means}


def middle(values: Sequence[float]) -> int:
    """Index of the value nearest to the median; of two the lower."""
    return int(np.argsort(values, kind="stable")[(len(values) - 1) // 2])


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0
