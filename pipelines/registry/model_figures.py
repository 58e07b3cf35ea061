"""Figures of the models in `evaluation.json` (written by training), as rows for tables and plots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.contracts.score_parts import SCORE_PARTS
from pipelines.pages.formatting import counted, is_number, plain
from pipelines.registry.judge import METRIC

NO_DECAY_DAYS = 3650  # a half-life from here on is shown as "no decay"
METRICS = {METRIC: "NDCG@10", "recall@10": "Recall@10", "coverage@10": "Coverage@10"}
LABELS = {
    "challenger": "challenger (trained tonight)",
    "predecessor": "predecessor (champion until tonight)",
    "by_score": "challenger without re-ranking",
    "after_one_product": "challenger, given only each user's last product",
    "explored": "challenger with exploration",
    **{part.figure: part.label for part in SCORE_PARTS},
}


@dataclass(frozen=True)
class Measured:
    """A metric of one model with its 95 % interval, where there is one."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ModelRow:
    """Metrics of one model; `role` marks the one that ranks tonight."""

    label: str
    role: str
    metrics: dict[str, Measured]


def model_rows(evaluation: dict[str, Any], ranks: str) -> list[ModelRow]:
    """All models, best NDCG@10 first; the one named `ranks` has the role "ranks tonight"."""
    rows = [
        ModelRow(
            label_of(name),
            "ranks tonight" if name == ranks else "",
            {m: _measured(metrics.get(m)) for m in METRICS},
        )
        for name, metrics in evaluation.get("models", {}).items()
    ]
    return sorted(rows, key=lambda row: (-(row.metrics[METRIC].value or 0), row.label))


def label_of(name: str) -> str:
    """The name of a model for readers."""
    return LABELS.get(name, plain(name))


def _measured(numbers: Any) -> Measured:
    if not isinstance(numbers, dict):
        return Measured(numbers) if is_number(numbers) else Measured()
    found = (numbers.get(k) for k in ("value", "low", "high"))
    return Measured(*(n if is_number(n) else None for n in found))


def difference_rows(evaluation: dict[str, Any]) -> list[tuple[str, Measured]]:
    """Paired differences between two models on the same users, each with its interval."""
    rows = [(_difference_label(name), _measured(of)) for name, of in evaluation.get("differences", {}).items()]
    return [(label, difference) for label, difference in rows if difference.value is not None]


def _difference_label(name: str) -> str:
    """`challenger-item_knn` as "challenger minus item-kNN alone"."""
    first, _, second = name.partition("-")
    return f"{first} minus {label_of(second)}"


def blend_by_history(evaluation: Mapping[str, Any]) -> list[tuple[str, dict[str, float]]]:
    """Weight of each score part for users with histories of these lengths, shortest first; sums to 1 in each row."""
    blend = evaluation.get("blend")
    if not blend:
        return []
    starts = [segment["least_products"] for segment in blend["segments"]]
    names = [_history_label(least, end) for least, end in zip(starts, [*starts[1:], None], strict=False)]
    longer = [(name, segment["weights"]) for name, segment in zip(names, blend["segments"], strict=True)]
    return [("no product yet" if longer else "all users", blend["weights"]), *longer]


def _history_label(least: int, end: int | None) -> str:
    if end is None:
        return f"{least} products or more" if least > 1 else "any product"
    return f"{least} to {end - 1} products" if end - 1 > least else counted(least, "product")


def half_lives_sentence(evaluation: dict[str, Any]) -> str:
    """After how many days past behaviour counts half in the challenger; empty where that is not known."""
    half_lives = evaluation.get("half_life_days") or {}
    if not {"pairs", "popularity"} <= set(half_lives):
        return ""
    pairs, popularity = (_half_life(half_lives[name]) for name in ("pairs", "popularity"))
    return f"Half-life of past behaviour: pairs of products that one user chose, {pairs}; popularity, {popularity}."


def _half_life(days: float) -> str:
    return f"{days:g} days" if days < NO_DECAY_DAYS else "none (full weight)"
