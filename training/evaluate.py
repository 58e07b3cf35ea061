"""How well models rank what users chose on days that none of them saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pipelines.scoring.blend import CHOSEN_TOGETHER, NEXT_CHOICE, POPULAR, SIMILAR_MEANING, SIMILAR_TEXT
from pipelines.scoring.cases import Cases
from pipelines.scoring.metrics import coverage, estimate, ndcg, recall
from pipelines.scoring.ranker import Ranker

LISTED = 20
DEPTH = 10
ALONE = {
    "item_knn": CHOSEN_TOGETHER,
    "lexical": SIMILAR_TEXT,
    "encoder": SIMILAR_MEANING,
    "next_choice": NEXT_CHOICE,
    "popularity": POPULAR,
}


@dataclass(frozen=True)
class Judged:
    """One model's figures: `ndcg` and `recall` float64 (u,) at 10, `coverage` at 10 over all users."""

    ndcg: np.ndarray
    recall: np.ndarray
    coverage: float

    def metrics(self) -> dict[str, dict[str, Any]]:
        """Value, 95 % interval and number of users by metric; coverage, no mean over users, has no interval."""
        cover = {"value": self.coverage, "low": None, "high": None, "users": len(self.ndcg)}
        means = {f"ndcg@{DEPTH}": self.ndcg, f"recall@{DEPTH}": self.recall}
        return {name: asdict(estimate(values)) for name, values in means.items()} | {f"coverage@{DEPTH}": cover}


def with_parts(name: str, ranker: Ranker) -> dict[str, Ranker]:
    """The ranker under `name`, and each of its parts alone under its own name."""
    return {name: ranker} | {n: replace(ranker, blend=ranker.blend.only(part)) for n, part in ALONE.items()}


def judge(rankers: Mapping[str, Ranker], cases: Cases) -> dict[str, Judged]:
    """Each ranker's figures on `cases`: top 20 of what may be shown and is not hidden from the user."""
    judged = {}
    for name, ranker in rankers.items():
        items = ranker.rank(cases.histories, cases.hidden, LISTED).items
        judged[name] = Judged(
            ndcg(items, cases.targets, DEPTH),
            recall(items, cases.targets, DEPTH),
            coverage(items, int(ranker.showable.sum()), DEPTH),
        )
    return judged


def differences(judged: Mapping[str, Judged], model: str, others: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """`model-other` -> difference of NDCG@10 with its paired 95 % interval, for those of `others` that were judged."""
    if model not in judged:
        return {}
    mine = judged[model].ndcg
    return {f"{model}-{o}": asdict(estimate(mine - judged[o].ndcg)) for o in others if o in judged}
