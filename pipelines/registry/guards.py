"""Guards: bounds on coverage, new products and identical lists that a challenger must keep, whatever its NDCG@10.

Pure functions of `evaluation.json` and `[guards]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.settings.guards import Guards

COVERAGE, COLD_RECALL, IDENTICAL_LISTS = "coverage@10", "cold_recall@10", "identical_lists@10"


@dataclass(frozen=True)
class GuardResult:
    """The result of one rule: figure, allowed values, the setting or model that sets them, and whether it is kept.

    `allowed` may use `high`, the upper end of the paired 95 % interval. `message` is the reason for rejecting a
    challenger that breaks the rule, with figure, bound and setting.
    """

    rule: str
    figure: float
    allowed: str
    set_by: str
    kept: bool
    message: str


def guard_rules(evaluation: dict[str, Any], settings: Guards, *, has_predecessor: bool) -> list[GuardResult]:
    """The result of each guard; two of them compare with the champion and are left out where there is none.

    Reads from `evaluation`: `models` and, with a predecessor, `cold_differences`.
    """
    challenger = evaluation["models"]["challenger"]
    rules = [_identical_lists(challenger, settings)]
    if has_predecessor:
        rules.append(_coverage(challenger, evaluation["models"]["predecessor"], settings))
        rules.append(_cold_recall(evaluation["cold_differences"]["challenger-predecessor"], settings))
    return rules


def slow_ranking(evaluation: dict[str, Any], settings: Guards) -> str:
    """A remark where ranking 1,000 users took longer than `most_latency_ms`, else an empty string.

    No guard, because durations differ from run to run and the same inputs must give the same champion.
    """
    users = evaluation["window"]["judged"]
    milliseconds = 1_000_000 * evaluation["seconds"]["rank challenger"] / max(users, 1)
    if milliseconds <= settings.most_latency_ms:
        return ""
    allowed = f"allowed: {settings.most_latency_ms:,.0f}, [guards] most_latency_ms"
    return f"ranking 1,000 users took {milliseconds:,.0f} ms ({allowed}), which has no effect on the decision"


def _identical_lists(challenger: dict[str, Any], settings: Guards) -> GuardResult:
    share, most = challenger[IDENTICAL_LISTS]["value"], settings.most_identical_lists
    setting = "[guards] most_identical_lists"
    message = f"{share:.1%} of the users get the same list (allowed: at most {most:.1%}, {setting})"
    return GuardResult(IDENTICAL_LISTS, share, f"<= {most:.4f}", setting, share <= most, message)


def _coverage(challenger: dict[str, Any], champion: dict[str, Any], settings: Guards) -> GuardResult:
    share, before, setting = challenger[COVERAGE]["value"], champion[COVERAGE]["value"], "[guards] least_coverage"
    least = settings.least_coverage * before
    allowed = f"allowed: at least {least:.4f}, {setting} times the champion's {before:.4f}"
    message = f"coverage@10 is {share:.4f} ({allowed})"
    return GuardResult(COVERAGE, share, f">= {least:.4f}", setting, share >= least, message)


def _cold_recall(difference: dict[str, Any], settings: Guards) -> GuardResult:
    """Applies from `least_cold_users` users on: bootstrap intervals over fewer are far too short."""
    users, value, setting = difference["users"], difference["value"], "[guards] least_cold_users"
    rule = f"{COLD_RECALL} - champion"
    if users < settings.least_cold_users:
        return GuardResult(rule, value, f"any, {users} users", setting, True, "")
    span = f"95 % interval {difference['low']:+.4f} to {difference['high']:+.4f}"
    allowed = f"allowed: an interval that reaches 0, {users} users, {setting}"
    message = f"recall@10 of new products differs from the champion's by {value:+.4f}, {span} ({allowed})"
    return GuardResult(rule, value, "high >= 0", setting, difference["high"] >= 0, message)
