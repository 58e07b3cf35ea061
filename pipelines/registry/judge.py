"""Whether a challenger becomes champion. A pure function of the evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

METRIC = "ndcg@10"


@dataclass(frozen=True)
class Verdict:
    """Which model ranks tonight, whether it is to be champion, and why."""

    challenger_wins: bool
    why: str


def judge(evaluation: dict[str, Any], tolerance: float, *, has_predecessor: bool) -> Verdict:
    """Champion only if better than popularity and not worse than the predecessor, on days none of them saw.

    `evaluation` is what training wrote: `window` (with `too_few`) and `models.<name>.ndcg@10.value`.
    """
    window, models = evaluation["window"], evaluation["models"]
    if "challenger" not in models:
        return Verdict(False, "no challenger was trained; the model of the release before is used")
    if window["too_few"]:
        if has_predecessor:
            return Verdict(False, f"only {window['users']} users can be judged by: the champion stays")
        return Verdict(True, f"only {window['users']} users can be judged by, and there is no champion yet")
    mine = models["challenger"][METRIC]["value"]
    popular = models["popularity"][METRIC]["value"]
    if has_predecessor:
        theirs = models["predecessor"][METRIC]["value"]
        if mine < theirs * (1 - tolerance):
            return Verdict(False, f"NDCG@10 {mine:.4f} is worse than the champion's {theirs:.4f}")
        if mine <= popular:
            return Verdict(False, f"NDCG@10 {mine:.4f} is not better than popularity's {popular:.4f}")
        return Verdict(True, f"NDCG@10 {mine:.4f} against the champion's {theirs:.4f} and popularity's {popular:.4f}")
    if mine <= popular:
        return Verdict(True, f"NDCG@10 {mine:.4f} is not better than popularity's {popular:.4f}, but no model is there")
    return Verdict(True, f"NDCG@10 {mine:.4f} against popularity's {popular:.4f}; the first model")
