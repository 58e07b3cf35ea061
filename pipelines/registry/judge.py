"""Whether a challenger becomes champion. A pure function of the evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.registry.guards import broken_guards, slow_ranking
from pipelines.settings import Settings

METRIC = "ndcg@10"


@dataclass(frozen=True)
class Verdict:
    """Whose model ranks tonight (`challenger` or `predecessor`), whether it is to become champion, and why."""

    ranks: str
    promote: bool
    why: str


def judge(evaluation: dict[str, Any], settings: Settings, *, has_predecessor: bool) -> Verdict:
    """Champion only if nothing speaks against it, on days that none of the models saw.

    Where there is no predecessor the challenger ranks in any case, as no other model can. `evaluation` is what training
    wrote: `window` (with `too_few`), figures by model, paired differences.
    """
    if "challenger" not in evaluation["models"]:
        return Verdict("predecessor", False, "no challenger was trained; the model of the release before is used")
    otherwise = "predecessor" if has_predecessor else "challenger"
    if evaluation["window"]["too_few"]:
        stays = "the champion stays" if has_predecessor else "there is no champion yet"
        return Verdict(otherwise, False, f"only {evaluation['window']['users']} users can be judged by: {stays}")
    refusals = [
        *_figures_too_low(evaluation, settings.training.tolerance, has_predecessor=has_predecessor),
        *broken_guards(evaluation, settings.guards, has_predecessor=has_predecessor),
    ]
    remarks = [remark for remark in (slow_ranking(evaluation, settings.guards),) if remark]
    if refusals:
        return Verdict(otherwise, False, "; ".join([*refusals, *remarks]))
    return Verdict("challenger", True, "; ".join([_praise(evaluation, has_predecessor=has_predecessor), *remarks]))


def _figures_too_low(evaluation: dict[str, Any], tolerance: float, *, has_predecessor: bool) -> Iterator[str]:
    """What NDCG@10 says against the challenger (docs/decisions/0010)."""
    scores = {model: metrics[METRIC]["value"] for model, metrics in evaluation["models"].items()}
    mine = scores["challenger"]
    if mine <= scores["popularity"]:
        yield f"NDCG@10 {mine:.4f} is not better than popularity's {scores['popularity']:.4f}"
    if surely_less(against_knn := evaluation["differences"]["challenger-item_knn"]):
        yield f"NDCG@10 {mine:.4f} is surely worse than item-kNN's {scores['item_knn']:.4f} {_paired(against_knn)}"
    if not has_predecessor:
        return
    theirs, difference = scores["predecessor"], evaluation["differences"]["challenger-predecessor"]
    if difference["value"] < -tolerance * theirs:
        allowed = f"allowed: at least {theirs * (1 - tolerance):.4f}, [training] tolerance"
        yield f"NDCG@10 {mine:.4f} is worse than the champion's {theirs:.4f} ({allowed})"
    elif surely_less(difference):
        yield f"NDCG@10 {mine:.4f} is surely worse than the champion's {theirs:.4f} {_paired(difference)}"


def surely_less(difference: dict[str, Any]) -> bool:
    """Whether the whole 95 % interval of a paired difference lies below zero."""
    return difference["high"] is not None and difference["high"] < 0


def _praise(evaluation: dict[str, Any], *, has_predecessor: bool) -> str:
    scores = {model: metrics[METRIC]["value"] for model, metrics in evaluation["models"].items()}
    mine, popular = f"NDCG@10 {scores['challenger']:.4f}", f"popularity's {scores['popularity']:.4f}"
    if not has_predecessor:
        return f"{mine} against {popular}; the first model"
    difference = _paired(evaluation["differences"]["challenger-predecessor"])
    return f"{mine} against the champion's {scores['predecessor']:.4f} {difference} and {popular}"


def _paired(difference: dict[str, Any]) -> str:
    value, low, high = difference["value"], difference["low"], difference["high"]
    return f"(paired difference {value:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})"
