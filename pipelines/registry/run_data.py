"""Parameters, metrics and tables of an MLflow run, from settings and `evaluation.json`. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.contracts.score_parts import SCORE_PARTS
from pipelines.registry.guards import COLD_RECALL, GuardResult
from pipelines.registry.judge import METRIC, Verdict
from pipelines.registry.model_figures import blend_by_history
from pipelines.settings.tree import Settings

MODEL_SECTIONS = tuple(
    dict.fromkeys(["training", "guards", "ranking", *(part.settings for part in SCORE_PARTS if part.settings)])
)
MAX_PARAM_LENGTH = 6000  # characters that MLflow keeps of a parameter

Row = dict[str, Any]


def params_of(settings: Settings, evaluation: Mapping[str, Any]) -> dict[str, str]:
    """Settings of a model by dotted name, and under `chosen.` what was chosen on the validation days."""
    sections = {section: getattr(settings, section).model_dump() for section in MODEL_SECTIONS}
    chosen = (evaluation["blend"] or {}) | {"half_life_days": evaluation["half_life_days"] or {}}
    return {name: _text(value)[:MAX_PARAM_LENGTH] for name, value in _flat(sections | {"chosen": chosen})}


def metrics_of(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """`MODEL/ndcg_at_10`, `MODEL/ndcg_at_10_low` and so on: MLflow allows no @ in the name of a metric."""
    return {
        f"{model}/{metric.replace('@', '_at_')}{end and '_' + end}": float(numbers[end or "value"])
        for model, metrics in evaluation["models"].items()
        for metric, numbers in metrics.items()
        for end in ("", "low", "high")
        if numbers[end or "value"] is not None
    }


def tables_of(evaluation: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Rows by table: `figures` of each model on the test days, paired `differences`, and weights of the `blend`.

    The most important columns come first: MLflow shows four to six of them at once.
    """
    differences = [
        {"metric": metric, "challenger minus": name.removeprefix("challenger-")} | _measured(numbers)
        for metric, key in ((METRIC, "differences"), (COLD_RECALL, "cold_differences"))
        for name, numbers in evaluation[key].items()
    ]
    by_history = blend_by_history(evaluation)
    parts = by_history[0][1] if by_history else {}
    blend = [{"part": part} | {label: weights[part] for label, weights in by_history} for part in parts]
    return {"figures": _figures(evaluation["models"]), "differences": differences, "blend": blend}


def decision_rows(rules: list[GuardResult], verdict: Verdict) -> list[Row]:
    """The decision in the first row, then each rule with its figure, the allowed values and whether it is kept."""
    return [
        {"rule": rule, "kept": "yes" if kept else "no", "figure": figure, "allowed": allowed, "set by": set_by}
        for rule, kept, figure, allowed, set_by in (
            ("becomes champion", verdict.promote, "", "", ""),
            *((r.rule, r.kept, f"{r.figure:.4f}", r.allowed, r.set_by) for r in rules),
        )
    ]


def _figures(models: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """One row for each model, best NDCG@10 first; columns for each metric and, where it has one, its interval."""
    best_first = sorted(models.items(), key=lambda pair: (-pair[1][METRIC]["value"], pair[0]))
    measured = [(metric, numbers) for figures in models.values() for metric, numbers in figures.items()]
    metrics = sorted({metric for metric, _ in measured}, key=lambda m: (m != METRIC, m != "recall@10", m))
    with_interval = {metric for metric, numbers in measured if numbers["low"] is not None}
    rows = []
    for name, figures in best_first:
        row: Row = {"model": name}
        for metric in metrics:
            for key, column in (("value", metric), ("low", f"{metric} low"), ("high", f"{metric} high")):
                if key == "value" or metric in with_interval:
                    row[column] = figures.get(metric, {}).get(key)
        rows.append(_rounded(row | {"users": figures[METRIC]["users"]}))
    return rows


def _measured(numbers: Mapping[str, Any]) -> Row:
    return _rounded({key: numbers[key] for key in ("value", "low", "high", "users")})


def _rounded(row: Mapping[str, Any]) -> Row:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
