"""The figures of `benchmarks.next_item` as printed tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.lib.lists import DEPTHS, SLICES, SPREAD

NOTHING = "–"


def tables(facts: Mapping[str, Any], cold: bool) -> list[str]:
    """The lines to print: figures by model, means over users with their 95 % intervals; of `cold` items, too."""
    models = {_name(name, model, facts["seeds"]): model for name, model in facts["models"].items()}
    found = [*_by_depth("Recall", "recall", models), *_by_depth("NDCG", "ndcg", models), *_by_frequency(models)]
    if any("cold_recall@10" in model for model in models.values()):
        found += _by_depth("Recall of new items", "cold_recall", models)
    elif cold:
        found += ["no user chooses a new item", ""]
    rows = [[name, *(f"{model[metric]:.3f}" for metric in SPREAD)] for name, model in models.items()]
    found += aligned([["", *(metric.replace("_", " ") for metric in SPREAD)], *rows])
    for name, paired in facts["ahead"].items():
        found.append("{name:<32} NDCG@10 {value:+.4f} [{low:.4f}, {high:.4f}]".format(name=name, **paired["ndcg@10"]))
    found += [f"{count:,} {name.replace('_', ' ')}" for name, count in facts["read"].items() if count]
    users = f"{facts['users']:,} users, {facts['users_judged']:,} of them judged"
    return [*found, f"{users}, {facts['items']:,} items, {facts['wall_s']:.0f} s, {facts['peak_rss_mb']:,} MB"]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line for each row, cells aligned in columns, and a blank line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [*(line.rstrip() for line in lines), ""]


def _name(name: str, model: Mapping[str, Any], seeds: int) -> str:
    return name if model["seeds"] == seeds else f"{name} ({model['seeds']} of {seeds} seeds)"


def _by_depth(title: str, metric: str, models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    rows = [[name, *(_figure(model, f"{metric}@{k}") for k in DEPTHS)] for name, model in models.items()]
    return aligned([[title, *(f"@{k}" for k in DEPTHS)], *rows])


def _by_frequency(models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Recall@10 by how often the target was learned from; all models of a seed have the same users."""
    users = next(iter(models.values()))["by_frequency"]
    head = ["Recall@10 by times learned from", *(f"{name}: {users[name]['users']:,.0f} users" for name in SLICES)]
    rows = [[name, *(_figure(m["by_frequency"][s], "recall@10") for s in SLICES)] for name, m in models.items()]
    return aligned([head, *rows])


def _figure(told: Mapping[str, Any], metric: str) -> str:
    if metric not in told:
        return NOTHING
    low, high = told[f"{metric}_ci"]
    return f"{told[metric]:.4f} [{low:.4f}, {high:.4f}]"
