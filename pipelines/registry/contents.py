"""What a model's run tells in MLflow: parameters, metrics, curves by step, tables. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.registry.guards import Rule
from pipelines.registry.judge import Verdict
from pipelines.report.models import blend_by_history
from pipelines.settings import Settings

MADE_WITH = ("training", "knn", "projection", "next_choice", "two_vectors", "ratings", "ranking")
CURVES = (
    "train_loss",
    "validation_loss",
    "projection_loss",
    "projection_ndcg",
    "next_choice_loss",
    "next_choice_ndcg",
    "two_vectors_loss",
    "two_vectors_ndcg",
)
LONGEST = 6000  # characters of a parameter that MLflow keeps

Row = dict[str, Any]


def params_of(settings: Settings, evaluation: Mapping[str, Any]) -> dict[str, str]:
    """By dotted name, all settings that a model is made with, and under `chosen` what the validation days chose."""
    made_with = {section: getattr(settings, section).model_dump() for section in MADE_WITH}
    chosen = (evaluation["blend"] or {}) | {"half_life_days": evaluation["half_life_days"] or {}}
    return {name: _text(value)[:LONGEST] for name, value in _flat(made_with | {"chosen": chosen})}


def metrics_of(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """`ndcg@10` of a model as `model/ndcg_at_10`: MLflow allows no @ in a name; `model/ndcg_at_10/low` and so on."""
    return {
        f"{model}/{metric.replace('@', '_at_')}{end and '/' + end}": float(numbers[end or "value"])
        for model, metrics in evaluation["models"].items()
        for metric, numbers in metrics.items()
        for end in ("", "low", "high")
        if numbers[end or "value"] is not None
    }


def curves_of(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, int, float]]:
    """Name, step and value of each point of the curves of learning."""
    for curve in CURVES:
        for step, value in evaluation.get("curves", {}).get(curve, []):
            yield curve, int(step), float(value)


def tables_of(evaluation: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Rows by name: figures of each model and part on the days that judge, differences of them, and the blend."""
    blend = [{"chose before": name} | _rounded(weights) for name, weights in blend_by_history(dict(evaluation))]
    differences = [
        {"metric": metric, "between": name} | _rounded(numbers)
        for metric, key in (("ndcg@10", "differences"), ("cold_recall@10", "cold_differences"))
        for name, numbers in evaluation[key].items()
    ]
    return {"figures": _figures(evaluation["models"]), "differences": differences, "blend": blend}


def decision_rows(rules: list[Rule], verdict: Verdict) -> list[Row]:
    """The decision, and what led to it: each rule with its figure, what is allowed, and whether it is kept."""
    rows = [
        {"rule": r.rule, "figure": round(r.figure, 4), "allowed": r.allowed, "kept": "yes" if r.kept else "no"}
        for r in rules
    ]
    decided = {"rule": "becomes champion", "figure": None, "allowed": verdict.why}
    return [decided | {"kept": "yes" if verdict.promote else "no"}, *rows]


def _figures(models: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """A row for each model, best NDCG@10 first; a column for each metric and the ends of its interval."""
    best_first = sorted(models.items(), key=lambda pair: (-pair[1]["ndcg@10"]["value"], pair[0]))
    columns = list(dict.fromkeys(metric for metrics in models.values() for metric in metrics))
    rows = []
    for name, metrics in best_first:
        row: Row = {"model": name, "users": metrics["ndcg@10"]["users"]}
        for metric in columns:
            numbers = metrics.get(metric, {})
            row[metric] = numbers.get("value")
            if any(m[metric]["low"] is not None for m in models.values() if metric in m):
                row |= {f"{metric} low": numbers.get("low"), f"{metric} high": numbers.get("high")}
        rows.append(_rounded(row))
    return rows


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
