"""Learning curves of an evaluation: which ones MLflow gets by step, and which losses are drawn on common axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.pages.formatting import is_number, plain
from pipelines.pages.plots import LinePanel

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
LOSSES = (  # title, what the x axis counts, curves
    ("Encoder fine-tuning: contrastive loss", "optimiser steps", ("train_loss", "validation_loss")),
    ("Projection of the vectors: loss", "rounds", ("projection_loss",)),
    ("Next-choice network: loss", "rounds", ("next_choice_loss",)),
    ("Two-vector scorer: loss", "rounds", ("two_vectors_loss",)),
)


def curves_of(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, int, float]]:
    """Metric name, step and value of each point; MLflow sorts by name, so `as_learned/` comes before other groups."""
    for curve in CURVES:
        for step, value in evaluation.get("curves", {}).get(curve, []):
            yield f"as_learned/{curve}", int(step), float(value)


def loss_panels(evaluation: Mapping[str, Any]) -> list[LinePanel]:
    """A panel for each thing that was trained, in the order of training: their steps are not comparable."""
    curves = evaluation.get("curves", {})
    panels = []
    for title, x_label, names in LOSSES:
        lines = {plain(name): points for name in names if (points := _points(curves.get(name, [])))}
        if lines:
            panels.append(LinePanel(title, x_label, lines))
    return panels


def _points(values: list[Any]) -> list[tuple[float, float]]:
    return [(step, value) for step, value in values if is_number(step) and is_number(value)]
