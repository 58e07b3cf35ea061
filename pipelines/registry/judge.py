"""Whether a challenger becomes champion. A pure function of the evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

METRIC = "ndcg@10"


@dataclass(frozen=True)
class Verdict:
    """Whose model ranks tonight (`challenger` or `predecessor`), whether it is to become champion, and why."""

    ranks: str
    promote: bool
    why: str


def judge(evaluation: dict[str, Any], tolerance: float, *, has_predecessor: bool) -> Verdict:
    """Champion only if better than popularity and not worse than the predecessor, on days none of them saw.

    Where there is no predecessor the challenger ranks in any case, as no other model can. `evaluation` is what training
    wrote: `window` (with `too_few`) and `models.<name>.ndcg@10.value`.
    """
    window, models = evaluation["window"], evaluation["models"]
    if "challenger" not in models:
        return Verdict("predecessor", False, "no challenger was trained; the model of the release before is used")
    otherwise = "predecessor" if has_predecessor else "challenger"
    if window["too_few"]:
        stays = "the champion stays" if has_predecessor else "there is no champion yet"
        return Verdict(otherwise, False, f"only {window['users']} users can be judged by: {stays}")
    mine = models["challenger"][METRIC]["value"]
    popular = models["popularity"][METRIC]["value"]
    if mine <= popular:
        return Verdict(otherwise, False, f"NDCG@10 {mine:.4f} is not better than popularity's {popular:.4f}")
    if not has_predecessor:
        return Verdict("challenger", True, f"NDCG@10 {mine:.4f} against popularity's {popular:.4f}; the first model")
    theirs = models["predecessor"][METRIC]["value"]
    if mine < theirs * (1 - tolerance):
        return Verdict("predecessor", False, f"NDCG@10 {mine:.4f} is worse than the champion's {theirs:.4f}")
    why = f"NDCG@10 {mine:.4f} against the champion's {theirs:.4f} and popularity's {popular:.4f}"
    return Verdict("challenger", True, why)
