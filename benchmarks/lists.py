"""Figures of lists of items, each for users with one target: by metric, by how well known the target is, by spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.sequences import FIT
from pipelines.scoring.cases import Cases
from pipelines.scoring.log import Log
from pipelines.scoring.metrics import coverage, estimate, ndcg, recall

DEPTHS = (5, 10, 20)
HEAD = 0.2  # share of the items, by how often they were chosen, that are not the long tail
SLICES = {"0": (0, 0), "1-5": (1, 5), "6-20": (6, 20), "more": (21, np.inf)}  # times that a target was learned from
Figures = dict[str, Any]


def figures(items: np.ndarray, cases: Cases, log: Log, cold: np.ndarray, words: sparse.csr_array) -> Figures:
    """Per-user gains and figures over all users of the lists `items` (u, k); those whose target is `cold` apart.

    `words` csr (n, w) are the words of the items' texts, each row of length one.
    """
    known = np.bincount(log.product[log.day <= FIT], minlength=len(log.products))
    of_target = known[np.array([targets[0] for targets in cases.targets])]
    gains = {f"{n}@{k}": f(items, cases.targets, k) for n, f in (("recall", recall), ("ndcg", ndcg)) for k in DEPTHS}
    of_cold = np.array([cold[targets[0]] for targets in cases.targets])
    if of_cold.any():
        gains |= {f"cold_{name}": values[of_cold] for name, values in gains.items()}
    slices = {}
    for name, (low, high) in SLICES.items():
        mine = (of_target >= low) & (of_target <= high)
        slices[name] = {"users": int(mine.sum()), "recall@10": _mean(gains["recall@10"][mine])}
    return {
        "gains": gains,
        "coverage@10": coverage(items, len(log.products), 10),
        "gini@10": gini(items[:, :10], len(log.products)),
        "long_tail@10": long_tail(items[:, :10], known),
        "diversity@10": diversity(items[:, :10], words),
        "by_frequency": slices,
    }


def gini(items: np.ndarray, count: int) -> float:
    """How unevenly `count` items are shown: 0 where all are shown equally often, 1 where one alone is."""
    shown = np.sort(np.bincount(items[items >= 0], minlength=count))
    places = np.arange(1, count + 1)
    return float((2 * places - count - 1) @ shown / (count * max(shown.sum(), 1)))


def long_tail(items: np.ndarray, known: np.ndarray) -> float:
    """Share of the shown that is not among the fifth of the items that was chosen most."""
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
    """Of each model the median over seeds, with the 95 % interval over users of that seed."""
    found = {}
    for name in seeds[0]:
        runs = [models[name] for models in seeds]
        told: dict[str, Any] = {}
        for metric in runs[0]["gains"]:
            means = [run["gains"][metric].mean() for run in runs]
            middle = runs[int(np.argsort(means)[len(means) // 2])]
            value = estimate(middle["gains"][metric])
            told |= {metric: value.value, f"{metric}_ci": [value.low, value.high], f"{metric}_seeds": means}
        for metric in ("coverage@10", "gini@10", "long_tail@10", "diversity@10"):
            told[metric] = float(np.median([run[metric] for run in runs]))
        found[name] = told | {"by_frequency": runs[0]["by_frequency"]}
    return found


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0
