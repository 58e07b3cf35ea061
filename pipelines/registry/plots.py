"""The charts of a model's run, as SVG: what the night's page draws, for whoever looks into the registry."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipelines.pages.formatting import plain
from pipelines.registry.judge import METRIC
from pipelines.registry.learning_curves import learnings
from pipelines.registry.model_figures import METRICS, blend_by_history, label_of, model_rows

ACCENT, QUIET, LINE = "#1f6f8b", "#5c656e", "#dfe2e4"
COLOURS = (ACCENT, "#c2641a", "#6a51a3", "#4d7c3a", "#b3446c", "#8d7b1c", "#5c656e", "#2b8f9e", "#a8232a", "#1c2024")
LOOKS = {
    "svg.hashsalt": "nightshelf", "font.size": 10, "axes.titlesize": 11, "axes.titlelocation": "left",
    "axes.edgecolor": LINE, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "axes.axisbelow": True, "grid.color": LINE, "axes.labelcolor": QUIET, "xtick.color": QUIET, "ytick.color": QUIET,
    "legend.frameon": False,
}  # fmt: skip
WIDTH = 8.0  # inches
ROW = 0.36  # height of a row of bars or points


def plots_of(evaluation: dict[str, Any]) -> dict[str, str]:
    """SVG by name, of what `evaluation` of a challenger knows. The same figures give the same bytes."""
    draw: dict[str, Callable[[dict[str, Any]], Figure | None]] = {
        "ndcg": _ndcg,
        "recall_by_depth": _recall_by_depth,
        "losses": _losses,
        "blend": _blend,
    }
    with rc_context(LOOKS):
        drawn = {name: of(evaluation) for name, of in draw.items()}
        return {name: _svg(figure) for name, figure in drawn.items() if figure is not None}


def _ndcg(evaluation: dict[str, Any]) -> Figure | None:
    rows = [row for row in reversed(model_rows(evaluation, "challenger")) if row.metrics[METRIC].value is not None]
    if not rows:
        return None
    figure, axes = _rows_of([row.label for row in rows])
    for place, row in enumerate(rows):
        found, colour = row.metrics[METRIC], ACCENT if row.role else QUIET
        if found.low is not None and found.high is not None:
            axes.plot([found.low, found.high], [place, place], color=colour, linewidth=2)
        axes.plot([found.value], [place], "o", color=colour)
        axes.annotate(f"{found.value:.4f}", (found.value or 0, place), (0, 5), textcoords="offset points", ha="center")
    axes.set_xlim(left=0)
    axes.set_title(f"{METRICS[METRIC]} on the days that judge, with 95 % intervals")
    return figure


def _recall_by_depth(evaluation: dict[str, Any]) -> Figure | None:
    found = evaluation.get("recall_by_depth") or {}
    if not found:
        return None
    figure = Figure((WIDTH, 4.2), layout="constrained")
    axes = figure.subplots()
    for place, (name, recalls) in enumerate(sorted(found.items(), key=lambda pair: (-pair[1][-1], pair[0]))):
        thick = 3 if name == "challenger" else 1.5
        depths = range(1, len(recalls) + 1)
        axes.plot(depths, recalls, color=COLOURS[place % len(COLOURS)], linewidth=thick, label=label_of(name))
    axes.set_title("Recall by length of the list")
    axes.set_xlabel("products from the top")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlim(1)
    axes.set_ylim(0)
    figure.legend(loc="outside right upper")
    return figure


def _losses(evaluation: dict[str, Any]) -> Figure | None:
    found = learnings(evaluation)
    if not found:
        return None
    figure = Figure((WIDTH, 2.6 * ((len(found) + 1) // 2)), layout="constrained")
    panels = figure.subplots((len(found) + 1) // 2, 2, squeeze=False).ravel()
    for axes, learning in zip(panels, found, strict=False):
        for colour, (label, points) in zip(COLOURS, learning.losses.items(), strict=False):
            axes.plot(*zip(*points, strict=True), "o-", markersize=3, color=colour, label=label)
        axes.set_title(learning.caption, fontsize=9)
        axes.set_xlabel(f"{learning.unit}s")
        axes.xaxis.get_major_locator().set_params(integer=True)
        if len(learning.losses) > 1:
            axes.legend()
    for axes in panels[len(found) :]:
        axes.set_visible(False)
    return figure


def _blend(evaluation: dict[str, Any]) -> Figure | None:
    rows = blend_by_history(evaluation)
    if not rows:
        return None
    figure, axes = _rows_of([label for label, _ in reversed(rows)])
    parts = [part for part in rows[0][1] if any(weights[part] for _, weights in rows)]
    for place, (_, weights) in enumerate(reversed(rows)):
        left = 0.0
        for colour, part in zip(COLOURS, parts, strict=False):
            axes.barh(place, weights[part], 0.7, left, color=colour, label=plain(part) if place == 0 else None)
            if weights[part] >= 0.04:
                axes.text(
                    left + weights[part] / 2, place, f"{weights[part]:.2f}", color="white", ha="center", va="center"
                )
            left += weights[part]
    axes.set_xlim(0, 1)
    axes.set_title("Share of each part in the blend, by what a user has chosen before")
    figure.legend(loc="outside lower center", ncols=5)
    return figure


def _rows_of(labels: list[str]) -> tuple[Figure, Axes]:
    """A figure with a row for each label, from the bottom up."""
    figure = Figure((WIDTH, 1.2 + ROW * max(len(labels), 2)), layout="constrained")
    axes = figure.subplots()
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(-0.6, len(labels) - 0.2)
    axes.tick_params(axis="y", labelcolor="black", length=0)
    axes.grid(axis="y", visible=False)
    return figure, axes


def _svg(figure: Figure) -> str:
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()
