"""Calibration: from a score to the probability that the candidate is chosen (Platt scaling)."""

from __future__ import annotations

import numpy as np

MAX_ITERATIONS = 100
RIDGE = 1e-6
GROUPS = 10


def fit_line(score: np.ndarray, chosen: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Slope (>= 0) and intercept of the logistic that gives the share of `chosen` (bool) among entries with a score.

    Each entry stands for `counts` of its kind. Platt 1999 with his smoothed targets, by Newton's method (Lin, Lin &
    Weng 2007). Where higher scores were not chosen more often, the slope is 0 and the intercept is the log-odds of all.
    """
    yes, no = float(counts[chosen].sum()), float(counts[~chosen].sum())
    target = np.where(chosen, (yes + 1) / (yes + 2), 1 / (no + 2))
    base = float(np.log((yes + 1) / (no + 1)))
    design = np.stack([score.astype(np.float64), np.ones(len(score))], axis=1)
    line = np.array([0.0, base])
    loss = _loss(design, target, counts, line)
    for _ in range(MAX_ITERATIONS):
        share = 1 / (1 + np.exp(-(design @ line)))
        gradient = design.T @ (counts * (share - target))
        curvature = (design * (counts * share * (1 - share))[:, None]).T @ design + RIDGE * np.eye(2)
        line, before, step = line, loss, np.linalg.solve(curvature, gradient)
        while (loss := _loss(design, target, counts, line - step)) > before and np.abs(step).max() > 1e-12:
            step = step / 2
        line = line - step
        if before - loss < 1e-10 * max(before, 1.0):
            break
    if line[0] < 0:
        return 0.0, base
    return float(line[0]), float(line[1])


def calibration_error(probability: np.ndarray, chosen: np.ndarray, counts: np.ndarray) -> float:
    """Mean distance between a probability and the share of `chosen` (bool), over ten groups of similar probability.

    Expected calibration error (Naeini, Cooper & Hauskrecht 2015) with groups of equal `counts`.
    """
    order = np.argsort(probability, kind="stable")
    weight = counts[order] / max(counts.sum(), 1e-12)
    group = np.minimum((np.cumsum(weight) - weight / 2) * GROUPS, GROUPS - 1).astype(int)
    apart = np.bincount(group, weight * (probability[order] - chosen[order]), GROUPS)
    return float(np.abs(apart).sum())


def _loss(design: np.ndarray, target: np.ndarray, counts: np.ndarray, line: np.ndarray) -> float:
    score = design @ line
    return float(counts @ (np.logaddexp(0, score) - target * score))
