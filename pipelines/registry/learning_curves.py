"""Learning curves of an evaluation: which ones MLflow gets by step, and which losses are drawn on common axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.contracts.score_parts import SCORE_PARTS
from pipelines.pages.formatting import is_number, plain
from pipelines.pages.plots import LinePanel

CURVES = tuple(curve for part in SCORE_PARTS for curve in part.curves)


def curves_of(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, int, float]]:
    """Metric name, step and value of each point; MLflow sorts by name, so `as_learned/` comes before other groups."""
    for name in (name for curve in CURVES for name in (*curve.losses, *curve.figures)):
        for step, value in evaluation.get("curves", {}).get(name, []):
            yield f"as_learned/{name}", int(step), float(value)


def loss_panels(evaluation: Mapping[str, Any]) -> list[LinePanel]:
    """A panel for each thing that was trained, in the order of training: their steps are not comparable."""
    curves = evaluation.get("curves", {})
    panels = []
    for curve in CURVES:
        lines = {plain(name): points for name in curve.losses if (points := _points(curves.get(name, [])))}
        if lines:
            panels.append(LinePanel(curve.title, curve.x_label, lines))
    return panels


def _points(values: list[Any]) -> list[tuple[float, float]]:
    return [(step, value) for step, value in values if is_number(step) and is_number(value)]
