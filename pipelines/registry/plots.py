"""The plots of a model's evaluation: the MLflow run holds them as SVG files, the night's page in its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.pages.formatting import plain
from pipelines.pages.plots import Interval, LinePanel, intervals, lines, stacked_bars
from pipelines.registry.judge import METRIC
from pipelines.registry.learning_curves import loss_panels
from pipelines.registry.model_figures import METRICS, blend_by_history, label_of, model_rows


def plots_of(evaluation: dict[str, Any], highlighted: str = "challenger") -> dict[str, str]:
    """SVG documents by name: `ndcg`, `recall_by_depth`, `losses`, `blend`; without those that have no figures.

    `highlighted` is the name of a model in `evaluation`. The same figures give the same bytes.
    """
    plots = {}
    if rows := _ndcg_intervals(evaluation, highlighted):
        plots["ndcg"] = intervals("ndcg", f"{METRICS[METRIC]} of each model on the test days, 95 % intervals", rows)
    if recalls := evaluation.get("recall_by_depth"):
        plots["recall_by_depth"] = lines("recall_by_depth", [_recall_panel(recalls, highlighted)], y_from_zero=True)
    if panels := loss_panels(evaluation):
        plots["losses"] = lines("losses", panels)
    if weights := blend_by_history(evaluation):
        rows_of_parts = [(row, {plain(part): weight for part, weight in of.items()}) for row, of in weights]
        title = "Weight of each score part in the blend, by what the user has chosen before"
        plots["blend"] = stacked_bars("blend", title, rows_of_parts)
    return plots


def _ndcg_intervals(evaluation: dict[str, Any], highlighted: str) -> list[Interval]:
    return [
        Interval(row.label, found.value, found.low, found.high, highlighted=bool(row.role))
        for row in model_rows(evaluation, highlighted)
        if (found := row.metrics[METRIC]).value is not None
    ]


def _recall_panel(recalls: Mapping[str, list[float]], highlighted: str) -> LinePanel:
    """Recall of the first n products of a list over n; the model with the highest last value first."""
    best_first = sorted(recalls.items(), key=lambda pair: (-pair[1][-1], pair[0]))
    points = {label_of(name): list(enumerate(values, start=1)) for name, values in best_first}
    return LinePanel("Recall by length of the list", "products from the top", points, label_of(highlighted))
