"""The night's models side by side, as the evaluation found them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.pages.formatting import counted, is_number, plain
from pipelines.pages.scale import Scale, scale_over
from pipelines.registry.judge import METRIC

FOR_GOOD = 3650  # days of a half-life that no shop notices
METRICS = {METRIC: "NDCG@10", "recall@10": "Recall@10", "coverage@10": "Coverage@10"}
LABELS = {
    "predecessor": "predecessor (the champion before)",
    "item_knn": "item-kNN",
    "by_score": "by score alone",
    "after_one_product": "told the last product only",
    "explored": "with products that are drawn",
}


@dataclass(frozen=True)
class Measured:
    """A metric of one model with its 95 % interval, where there is one."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ModelRow:
    """One model; `role` says what it is to the night."""

    label: str
    role: str
    metrics: dict[str, Measured]


def model_rows(evaluation: dict[str, Any], ranks: str) -> list[ModelRow]:
    """All models, best NDCG@10 first; the one that `ranks` tonight has a role."""
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
    """What a model is called."""
    return LABELS.get(name, plain(name))


def _measured(numbers: Any) -> Measured:
    if not isinstance(numbers, dict):
        return Measured(numbers) if is_number(numbers) else Measured()
    found = (numbers.get(k) for k in ("value", "low", "high"))
    return Measured(*(n if is_number(n) else None for n in found))


def metric_scale(rows: list[ModelRow], metric: str = METRIC) -> Scale | None:
    """An axis from zero that holds each model's value and interval, or None where none is known."""
    found = [row.metrics[metric] for row in rows]
    values = [v for m in found for v in (m.value, m.low, m.high) if v is not None]
    return scale_over(values, from_zero=True) if values else None


def difference_rows(evaluation: dict[str, Any]) -> list[tuple[str, Measured]]:
    """Differences between models that training measured on the same users, each with its interval."""
    rows = [(plain(name), _measured(numbers)) for name, numbers in evaluation.get("differences", {}).items()]
    return [(name, found) for name, found in rows if found.value is not None]


def blend_weights(evaluation: dict[str, Any]) -> list[tuple[str, float]]:
    """Weight of each part of the blend, heaviest first."""
    blend = evaluation.get("blend") or {}
    weights = blend["weights"] if isinstance(blend.get("weights"), dict) else blend
    found = [(plain(name), weight) for name, weight in weights.items() if is_number(weight)]
    return sorted(found, key=lambda pair: (-abs(pair[1]), pair[0]))


def blend_by_history(evaluation: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    """Weight of each part, by what users have chosen before, shortest histories first."""
    blend = evaluation.get("blend")
    if not blend:
        return []
    starts = [segment["least_products"] for segment in blend["segments"]]
    names = [_chose(least, end) for least, end in zip(starts, [*starts[1:], None], strict=False)]
    longer = [(name, segment["weights"]) for name, segment in zip(names, blend["segments"], strict=True)]
    return [("nothing chosen" if longer else "all users", blend["weights"]), *longer]


def _chose(least: int, end: int | None) -> str:
    if end is None:
        return f"{least} products or more" if least > 1 else "any product"
    return f"{least} to {end - 1} products" if end - 1 > least else counted(least, "product")


def how_it_ages(evaluation: dict[str, Any]) -> str:
    """How fast behaviour ages in the challenger, a sentence; empty where there is none."""
    half_lives = evaluation.get("half_life_days") or {}
    if not {"pairs", "popularity"} <= set(half_lives):
        return ""
    pairs, popularity = (_ages(half_lives[name]) for name in ("pairs", "popularity"))
    return f"What was chosen together {pairs}, what is popular {popularity}."


def _ages(half_life: float) -> str:
    return f"counts half after {half_life:g} days" if half_life < FOR_GOOD else "does not age"
