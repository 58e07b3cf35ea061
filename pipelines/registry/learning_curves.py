"""How losses fell while something was learned: raw, and as the lines of a chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.pages.formatting import is_number, plain
from pipelines.pages.scale import Scale, scale_over

LEARNED = (
    ("Loss while the encoder was tuned", "optimiser step", ("train_loss", "validation_loss")),
    ("Loss while the projection was learned", "round", ("projection_loss",)),
    ("Loss while the network of next choices was learned", "round", ("next_choice_loss",)),
    ("Loss while the scorer of two vectors was learned", "round", ("two_vectors_loss",)),
)


@dataclass(frozen=True)
class LearnerCurves:
    """One thing that was learned, what its `losses` are counted by, and points (count, loss) by name of the curve."""

    caption: str
    unit: str
    losses: dict[str, list[tuple[float, float]]]


@dataclass(frozen=True)
class Curve:
    """Losses by step: `points` in percent of the axes, for one line of a chart."""

    label: str
    points: list[tuple[float, float]]
    lowest: float
    lowest_step: float


@dataclass(frozen=True)
class CurveChart:
    """The curves of one thing that was learned, on common axes."""

    caption: str
    unit: str
    curves: list[Curve]
    steps: Scale
    losses: Scale


def learnings(evaluation: dict[str, Any]) -> list[LearnerCurves]:
    """Everything that was learned, in the order of learning."""
    curves = evaluation.get("curves", {})
    found = [
        LearnerCurves(
            caption, unit, {plain(name): points for name in wanted if (points := _points(curves.get(name, [])))}
        )
        for caption, unit, wanted in LEARNED
    ]
    return [learning for learning in found if learning.losses]


def curve_charts(evaluation: dict[str, Any]) -> list[CurveChart]:
    """A chart for each thing that was learned: steps of the one say nothing of rounds of another."""
    return [_chart(learning) for learning in learnings(evaluation)]


def _chart(learning: LearnerCurves) -> CurveChart:
    points = [point for curve in learning.losses.values() for point in curve]
    steps = scale_over([step for step, _ in points], from_zero=True)
    losses = scale_over([loss for _, loss in points], steps=4)
    curves = []
    for label, curve in learning.losses.items():
        lowest, step = min((loss, step) for step, loss in curve)
        places = [(steps.at(step), 100 - losses.at(loss)) for step, loss in curve]
        curves.append(Curve(label, places, lowest, step))
    return CurveChart(learning.caption, learning.unit, curves, steps, losses)


def _points(values: list[Any]) -> list[tuple[float, float]]:
    return [(step, value) for step, value in values if is_number(step) and is_number(value)]
