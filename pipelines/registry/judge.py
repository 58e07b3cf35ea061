"""Whether a challenger becomes champion: pure functions of `evaluation.json` and `[guards]`.

The rules and their reasons: docs/decisions/0010-judged-by-paired-bootstrap.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.registry.guards import GuardResult, guard_rules, slow_ranking
from pipelines.settings.guards import Guards

METRIC = "ndcg@10"


@dataclass(frozen=True)
class Verdict:
    """Which model ranks tonight (`challenger` or `predecessor`), whether it becomes champion, and the reason."""

    ranks: str
    promote: bool
    why: str


def judge(evaluation: dict[str, Any], guards: Guards, *, has_predecessor: bool) -> Verdict:
    """The challenger becomes champion if it keeps all rules on the test days, which no model was trained on.

    Without a predecessor the challenger ranks in any case, because there is no other model. Reads from `evaluation`:
    `window` (with `too_few`), `models`, `differences`, `cold_differences` and `seconds`.
    """
    if "challenger" not in evaluation["models"]:
        return Verdict("predecessor", False, "no challenger was trained; the model of the previous release ranks")
    otherwise = "predecessor" if has_predecessor else "challenger"
    if evaluation["window"]["too_few"]:
        stays = "the champion stays" if has_predecessor else "there is no champion yet"
        return Verdict(
            otherwise, False, f"only {evaluation['window']['users']} users could be used to compare models: {stays}"
        )
    rules = rules_of(evaluation, guards, has_predecessor=has_predecessor)
    broken = [rule.message for rule in rules if not rule.kept]
    remarks = [remark for remark in (slow_ranking(evaluation, guards),) if remark]
    if broken:
        return Verdict(otherwise, False, "; ".join([*broken, *remarks]))
    return Verdict(
        "challenger", True, "; ".join([_promotion_reason(evaluation, has_predecessor=has_predecessor), *remarks])
    )


def rules_of(evaluation: dict[str, Any], guards: Guards, *, has_predecessor: bool) -> list[GuardResult]:
    """The result of each rule, NDCG@10 first; none where there is no challenger or too few users."""
    if "challenger" not in evaluation["models"] or evaluation["window"]["too_few"]:
        return []
    rules = [_above_popularity(evaluation), _against_knn(evaluation)]
    if has_predecessor:
        rules.append(_against_champion(evaluation, guards.tolerance))
    return rules + guard_rules(evaluation, guards, has_predecessor=has_predecessor)


def _above_popularity(evaluation: dict[str, Any]) -> GuardResult:
    challenger, popular = (evaluation["models"][model][METRIC]["value"] for model in ("challenger", "popularity"))
    message = f"NDCG@10 {challenger:.4f} is not better than popularity's {popular:.4f}"
    return GuardResult(METRIC, challenger, f"> {popular:.4f}", "popularity", challenger > popular, message)


def _against_knn(evaluation: dict[str, Any]) -> GuardResult:
    challenger, knn = (evaluation["models"][model][METRIC]["value"] for model in ("challenger", "item_knn"))
    difference = evaluation["differences"]["challenger-item_knn"]
    message = f"NDCG@10 {challenger:.4f} is significantly worse than item-kNN's {knn:.4f} {_paired(difference)}"
    kept = not significantly_less(difference)
    return GuardResult(f"{METRIC} - item_knn", difference["value"], "high >= 0", "item_knn", kept, message)


def _against_champion(evaluation: dict[str, Any], tolerance: float) -> GuardResult:
    challenger, champion = (evaluation["models"][model][METRIC]["value"] for model in ("challenger", "predecessor"))
    difference = evaluation["differences"]["challenger-predecessor"]
    too_low = difference["value"] < -tolerance * champion
    message = (
        f"NDCG@10 {challenger:.4f} is significantly worse than the champion's {champion:.4f} {_paired(difference)}"
    )
    if too_low:
        least = f"at least {champion * (1 - tolerance):.4f}, [guards] tolerance"
        message = f"NDCG@10 {challenger:.4f} is worse than the champion's {champion:.4f} (allowed: {least})"
    allowed = f">= {-tolerance * champion:.4f}, high >= 0"
    kept = not too_low and not significantly_less(difference)
    return GuardResult(f"{METRIC} - champion", difference["value"], allowed, "[guards] tolerance", kept, message)


def significantly_less(difference: dict[str, Any]) -> bool:
    """Whether the whole 95 % interval of a paired difference lies below zero."""
    return difference["high"] is not None and difference["high"] < 0


def _promotion_reason(evaluation: dict[str, Any], *, has_predecessor: bool) -> str:
    scores = {model: metrics[METRIC]["value"] for model, metrics in evaluation["models"].items()}
    challenger, popular = f"NDCG@10 {scores['challenger']:.4f}", f"popularity's {scores['popularity']:.4f}"
    if not has_predecessor:
        return f"{challenger} against {popular}; the first model"
    difference = _paired(evaluation["differences"]["challenger-predecessor"])
    return f"{challenger} against the champion's {scores['predecessor']:.4f} {difference} and {popular}"


def _paired(difference: dict[str, Any]) -> str:
    value, low, high = difference["value"], difference["low"], difference["high"]
    return f"(paired difference {value:+.4f}, 95 % interval {low:+.4f} to {high:+.4f})"
