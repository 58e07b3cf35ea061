"""Whether a challenger becomes champion. A pure function of the evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.registry.guards import GuardResult, guard_rules, slow_ranking
from pipelines.settings.guards import Guards

METRIC = "ndcg@10"


@dataclass(frozen=True)
class Verdict:
    """Whose model ranks tonight (`challenger` or `predecessor`), whether it is to become champion, and why."""

    ranks: str
    promote: bool
    why: str


def judge(evaluation: dict[str, Any], guards: Guards, *, has_predecessor: bool) -> Verdict:
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
    rules = rules_of(evaluation, guards, has_predecessor=has_predecessor)
    refusals = [rule.says for rule in rules if not rule.kept]
    remarks = [remark for remark in (slow_ranking(evaluation, guards),) if remark]
    if refusals:
        return Verdict(otherwise, False, "; ".join([*refusals, *remarks]))
    return Verdict(
        "challenger", True, "; ".join([_promotion_reason(evaluation, has_predecessor=has_predecessor), *remarks])
    )


def rules_of(evaluation: dict[str, Any], guards: Guards, *, has_predecessor: bool) -> list[GuardResult]:
    """Everything that a challenger is asked, NDCG@10 first (docs/decisions/0010); nothing where nothing is judged."""
    if "challenger" not in evaluation["models"] or evaluation["window"]["too_few"]:
        return []
    found = [_above_popularity(evaluation), _against_knn(evaluation)]
    if has_predecessor:
        found.append(_against_champion(evaluation, guards.tolerance))
    return found + guard_rules(evaluation, guards, has_predecessor=has_predecessor)


def _above_popularity(evaluation: dict[str, Any]) -> GuardResult:
    mine, popular = (evaluation["models"][model][METRIC]["value"] for model in ("challenger", "popularity"))
    says = f"NDCG@10 {mine:.4f} is not better than popularity's {popular:.4f}"
    return GuardResult(METRIC, mine, f"> {popular:.4f}", "popularity", mine > popular, says)


def _against_knn(evaluation: dict[str, Any]) -> GuardResult:
    mine, knn = (evaluation["models"][model][METRIC]["value"] for model in ("challenger", "item_knn"))
    difference = evaluation["differences"]["challenger-item_knn"]
    says = f"NDCG@10 {mine:.4f} is surely worse than item-kNN's {knn:.4f} {_paired(difference)}"
    kept = not surely_less(difference)
    return GuardResult(f"{METRIC} - item_knn", difference["value"], "high >= 0", "item_knn", kept, says)


def _against_champion(evaluation: dict[str, Any], tolerance: float) -> GuardResult:
    mine, theirs = (evaluation["models"][model][METRIC]["value"] for model in ("challenger", "predecessor"))
    difference = evaluation["differences"]["challenger-predecessor"]
    too_low = difference["value"] < -tolerance * theirs
    says = f"NDCG@10 {mine:.4f} is surely worse than the champion's {theirs:.4f} {_paired(difference)}"
    if too_low:
        least = f"at least {theirs * (1 - tolerance):.4f}, [guards] tolerance"
        says = f"NDCG@10 {mine:.4f} is worse than the champion's {theirs:.4f} (allowed: {least})"
    allowed = f">= {-tolerance * theirs:.4f}, high >= 0"
    kept = not too_low and not surely_less(difference)
    return GuardResult(f"{METRIC} - champion", difference["value"], allowed, "[guards] tolerance", kept, says)


def surely_less(difference: dict[str, Any]) -> bool:
    """Whether the whole 95 % interval of a paired difference lies below zero."""
    return difference["high"] is not None and difference["high"] < 0


def _promotion_reason(evaluation: dict[str, Any], *, has_predecessor: bool) -> str:
    scores = {model: metrics[METRIC]["value"] for model, metrics in evaluation["models"].items()}
    mine, popular = f"NDCG@10 {scores['challenger']:.4f}", f"popularity's {scores['popularity']:.4f}"
    if not has_predecessor:
        return f"{mine} against {popular}; the first model"
    difference = _paired(evaluation["differences"]["challenger-predecessor"])
    return f"{mine} against the champion's {scores['predecessor']:.4f} {difference} and {popular}"


def _paired(difference: dict[str, Any]) -> str:
    value, low, high = difference["value"], difference["low"], difference["high"]
    return f"(paired difference {value:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})"
