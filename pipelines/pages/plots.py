"""The kinds of chart that pages and MLflow runs show, each drawn by one function that returns an SVG document.

Every function takes the chart's name (unique in a page), its title, and plain data. What a chart shows stands in its
`<desc>`, too, as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from pipelines.pages.svg import svg_text, tooltip

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

INK, QUIET, LINE, RAISED = "#1c2024", "#5c656e", "#dfe2e4", "#ffffff"
SERIES = ("#1f6f8b", "#c2641a", "#6a51a3", "#4d7c3a", "#b3446c", "#8d7b1c", "#2b8f9e", "#a8232a", "#7a5c3e", "#3f5fa8")
VARIABLES = {INK: "ink", QUIET: "quiet", LINE: "line", RAISED: "raised"} | {
    colour: f"series-{number}" for number, colour in enumerate(SERIES, start=1)
}
STYLE: dict[RcKeyType, Any] = {
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "font.size": 10, "text.color": INK,
    "figure.facecolor": RAISED, "axes.facecolor": RAISED, "axes.titlesize": 11, "axes.titlelocation": "left",
    "axes.titlepad": 10, "axes.edgecolor": LINE, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "axes.axisbelow": True, "grid.color": LINE, "axes.labelcolor": QUIET, "xtick.color": QUIET,
    "xtick.labelcolor": QUIET, "ytick.color": QUIET, "ytick.labelcolor": QUIET, "legend.frameon": False,
}  # fmt: skip
WIDTH = 11.0  # inches
ROW = 0.32  # inches, height of a row of bars or intervals
MAX_MARKED_POINTS = 12  # of a line: longer lines are drawn without dots, which would touch
MIN_LABELLED_SHARE = 0.04  # of a stacked bar: a narrower segment has no room for its number


@dataclass(frozen=True)
class Interval:
    """A value with the two ends of its interval, where it has one."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    highlighted: bool = False


@dataclass(frozen=True)
class Bar:
    """A bar from zero to `value`, with `text` beside it."""

    label: str
    value: float
    text: str


@dataclass(frozen=True)
class LinePanel:
    """Lines on common axes: points (x, y) by label. `highlighted` is drawn thicker."""

    title: str
    x_label: str
    lines: Mapping[str, Sequence[tuple[float, float]]]
    highlighted: str = ""


@dataclass(frozen=True)
class ColumnPanel:
    """Columns side by side: pairs of height and tooltip, from the left. `level` is a height to compare them with."""

    title: str
    columns: Sequence[tuple[float, str]]
    level: float | None = None


def intervals(name: str, title: str, rows: Sequence[Interval]) -> str:
    """A dot for each value and a line for its interval, first row on top; the axis begins at zero."""
    with rc_context(STYLE):
        figure, axes = _row_axes(title, [row.label for row in rows])
        for place, row in enumerate(rows):
            colour = SERIES[0] if row.highlighted else QUIET
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2, clip_on=False)
            (dot,) = axes.plot([row.value], [place], "o", color=colour, clip_on=False)
            dot.set_gid(tooltip(_interval_text(row)))
        axes.set_xlim(left=min(0, *(row.value for row in rows), *(row.low or 0 for row in rows)))
        return _svg(figure, name, "; ".join(map(_interval_text, rows)))


def bars(name: str, title: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars, first row on top, each with its text at the end."""
    with rc_context(STYLE):
        figure, axes = _row_axes(title, [row.label for row in rows])
        for place, row in enumerate(rows):
            axes.barh(place, row.value, 0.62, color=SERIES[0], clip_on=False)
            axes.annotate(row.text, (row.value, place), (5, 0), textcoords="offset points", va="center", color=INK)
        axes.set_xlim(0, 1.2 * (max(row.value for row in rows) or 1))
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        return _svg(figure, name, "; ".join(f"{row.label}: {row.text}" for row in rows))


def stacked_bars(name: str, title: str, rows: Sequence[tuple[str, Mapping[str, float]]]) -> str:
    """A horizontal bar from 0 to 1 for each row, first row on top: shares by label, which the rows have in common."""
    labels = [label for label in rows[0][1] if any(shares[label] for _, shares in rows)]
    with rc_context(STYLE):
        figure, axes = _row_axes(title, [row for row, _ in rows])
        for place, (row, shares) in enumerate(rows):
            start = 0.0
            for colour, label in zip(SERIES, labels, strict=False):
                share = shares[label]
                (bar,) = axes.barh(place, share, 0.7, start, color=colour, label="" if place else label)
                bar.set_gid(tooltip(f"{row}: {label} {share:.3f}"))
                if share >= MIN_LABELLED_SHARE:
                    axes.text(start + share / 2, place, f"{share:.2f}", color=RAISED, ha="center", va="center")
                start += share
        axes.set_xlim(0, 1)
        figure.legend(loc="outside lower center", ncols=5)
        texts = [f"{row}: {', '.join(f'{label} {shares[label]:.3f}' for label in labels)}" for row, shares in rows]
        return _svg(figure, name, "; ".join(texts))


def lines(name: str, panels: Sequence[LinePanel], *, y_from_zero: bool = False) -> str:
    """One panel, or several in two columns, each with its own axes."""
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    with rc_context(STYLE):
        layout = ConstrainedLayoutEngine(h_pad=0.12)
        figure = Figure((WIDTH, 3.6 if columns == 1 else 2.7 * rows), layout=layout)
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, panel in zip(grid, panels, strict=False):
            _draw_lines(axes, panel)
            if y_from_zero:
                axes.set_ylim(0)
        for axes in grid[len(panels) :]:
            axes.set_visible(False)
        return _svg(figure, name, "; ".join(map(_lines_text, panels)))


def columns(name: str, panels: Sequence[ColumnPanel], ticks: Mapping[int, str], *, highlight_last: bool = False) -> str:
    """Panels under each other with a common x axis, marked at `ticks` (place from 0, text)."""
    height = 2.8 if len(panels) == 1 else 0.4 + 1.0 * len(panels)
    with rc_context(STYLE):
        figure = Figure((WIDTH, height), layout="constrained")
        for axes, panel in zip(figure.subplots(len(panels), squeeze=False, sharex=True).ravel(), panels, strict=True):
            last = len(panel.columns) - 1
            colours = [SERIES[0]] * last + [SERIES[1] if highlight_last else SERIES[0]]
            drawn = axes.bar(range(last + 1), [value for value, _ in panel.columns], 0.8, color=colours, clip_on=False)
            for bar, (_, text) in zip(drawn, panel.columns, strict=True):
                bar.set_gid(tooltip(text))
                bar.set_in_layout(False)
            if panel.level is not None:
                axes.axhline(panel.level, color=QUIET, linewidth=1, linestyle="--")
            axes.set_title(panel.title)
            axes.set_ylim(0, 1.05 * (max(value for value, _ in panel.columns) or 1))
            axes.yaxis.set_major_locator(MaxNLocator(2 if len(panels) > 1 else 5, integer=len(panels) > 1))
            axes.yaxis.set_major_formatter("{x:,g}")
            axes.grid(axis="x", visible=False)
            axes.tick_params(length=0)
        axes.set_xlim(-0.6, last + 0.6)
        axes.set_xticks(list(ticks), list(ticks.values()))
        texts = [f"{panel.title}; from {panel.columns[0][1]} to {panel.columns[-1][1]}" for panel in panels]
        return _svg(figure, name, "; ".join(texts))


def _draw_lines(axes: Axes, panel: LinePanel) -> None:
    for colour, (label, points) in zip(SERIES, panel.lines.items(), strict=False):
        thick = label == panel.highlighted
        marker = "o" if len(points) <= MAX_MARKED_POINTS else None
        axes.plot(
            *zip(*points, strict=True),
            marker=marker,
            markersize=3,
            color=colour,
            label=label,
            linewidth=3 if thick else 1.5,
        )
    axes.set_title(panel.title)
    axes.set_xlabel(panel.x_label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(panel.lines) > 4:
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0)
    elif len(panel.lines) > 1:
        axes.legend(loc="upper right")


def _row_axes(title: str, labels: Sequence[str]) -> tuple[Figure, Axes]:
    """A figure with a row for each label, from the top down."""
    figure = Figure((WIDTH, 0.9 + ROW * max(len(labels), 2)), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    return figure, axes


def _interval_text(row: Interval) -> str:
    ends = f" ({row.low:.4f} to {row.high:.4f})" if row.low is not None and row.high is not None else ""
    return f"{row.label} {row.value:.4f}{ends}"


def _lines_text(panel: LinePanel) -> str:
    """The lowest and the last point of each line."""
    texts = []
    for label, points in panel.lines.items():
        lowest, at = min((y, x) for x, y in points)
        texts.append(f"{label} lowest {lowest:.4g} at {at:g}, last {points[-1][1]:.4g}")
    return f"{panel.title}, by {panel.x_label}: {', '.join(texts)}"


def _svg(figure: Figure, name: str, description: str) -> str:
    return svg_text(figure, name, description, VARIABLES)
