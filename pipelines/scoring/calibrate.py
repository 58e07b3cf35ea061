"""From a score to the share of such candidates that were chosen."""

from __future__ import annotations

import numpy as np

ROUNDS = 100
RIDGE = 1e-6


def fit_line(score: np.ndarray, chosen: np.ndarray) -> tuple[float, float]:
    """Slope (>= 0) and intercept of the logistic that gives the share of `chosen` (bool) among entries with a score.

    Platt 1999 with his smoothed targets, by Newton's method (Lin, Lin & Weng 2007). Where higher scores were not
    chosen more often the slope is 0 and the intercept says the share of all.
    """
    yes, no = int(chosen.sum()), int((~chosen).sum())
    wanted = np.where(chosen, (yes + 1) / (yes + 2), 1 / (no + 2))
    base = float(np.log((yes + 1) / (no + 1)))
    design = np.stack([score.astype(np.float64), np.ones(len(score))], axis=1)
    line = np.array([0.0, base])
    loss = _loss(design, wanted, line)
    for _ in range(ROUNDS):
        share = 1 / (1 + np.exp(-(design @ line)))
        gradient = design.T @ (share - wanted)
        curvature = (design * (share * (1 - share))[:, None]).T @ design + RIDGE * np.eye(2)
        line, before, step = line, loss, np.linalg.solve(curvature, gradient)
        while (loss := _loss(design, wanted, line - step)) > before and np.abs(step).max() > 1e-12:
            step = step / 2
        line = line - step
        if before - loss < 1e-10 * max(before, 1.0):
            break
    if line[0] < 0:
        return 0.0, base
    return float(line[0]), float(line[1])


def _loss(design: np.ndarray, wanted: np.ndarray, line: np.ndarray) -> float:
    score = design @ line
    return float((np.logaddexp(0, score) - wanted * score).sum())
