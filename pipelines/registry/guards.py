"""Guard rails: what a challenger must not lose while it gains NDCG@10. Pure functions of the evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.settings.guards import Guards

COVERAGE, COLD_RECALL, IDENTICAL_LISTS = "coverage@10", "cold_recall@10", "identical_lists@10"


@dataclass(frozen=True)
class GuardResult:
    """One thing that is asked of a challenger: its figure, what is allowed, what sets that, whether it is kept.

    `high` in what is allowed is the upper end of a paired interval. `says` is why a challenger is refused that does not
    keep it: the number, the bound, the setting.
    """

    rule: str
    figure: float
    allowed: str
    set_by: str
    kept: bool
    says: str


def guard_rules(evaluation: dict[str, Any], settings: Guards, *, has_predecessor: bool) -> list[GuardResult]:
    """The guard rails. Two of them hold the challenger against the champion, and are none where there is none.

    `evaluation` is what training wrote.
    """
    mine = evaluation["models"]["challenger"]
    found = [_identical_lists(mine, settings)]
    if has_predecessor:
        found.append(_coverage(mine, evaluation["models"]["predecessor"], settings))
        found.append(_cold_recall(evaluation["cold_differences"]["challenger-predecessor"], settings))
    return found


def slow_ranking(evaluation: dict[str, Any], settings: Guards) -> str:
    """A remark where ranking took longer than allowed, else nothing.

    A remark and no guard: the clock differs from run to run, and the same inputs must give the same champion.
    """
    users = evaluation["window"]["judged"]
    took = 1_000_000 * evaluation["seconds"]["rank challenger"] / max(users, 1)
    if took <= settings.most_latency_ms:
        return ""
    allowed = f"allowed: {settings.most_latency_ms:,.0f}, [guards] most_latency_ms"
    return f"ranking 1,000 users took {took:,.0f} ms ({allowed}), which decides nothing"


def _identical_lists(mine: dict[str, Any], settings: Guards) -> GuardResult:
    share, most = mine[IDENTICAL_LISTS]["value"], settings.most_identical_lists
    setting = "[guards] most_identical_lists"
    says = f"{share:.1%} of the users get one and the same list (allowed: at most {most:.1%}, {setting})"
    return GuardResult(IDENTICAL_LISTS, share, f"<= {most:.4f}", setting, share <= most, says)


def _coverage(mine: dict[str, Any], theirs: dict[str, Any], settings: Guards) -> GuardResult:
    share, before, setting = mine[COVERAGE]["value"], theirs[COVERAGE]["value"], "[guards] least_coverage"
    least = settings.least_coverage * before
    allowed = f"allowed: at least {least:.4f}, {setting} times the champion's {before:.4f}"
    says = f"coverage@10 is {share:.4f} ({allowed})"
    return GuardResult(COVERAGE, share, f">= {least:.4f}", setting, share >= least, says)


def _cold_recall(difference: dict[str, Any], settings: Guards) -> GuardResult:
    """Few users prove nothing: a bootstrap over a handful of them finds intervals that are far too short."""
    users, value, setting = difference["users"], difference["value"], "[guards] least_cold_users"
    rule = f"{COLD_RECALL} - champion"
    if users < settings.least_cold_users:
        return GuardResult(rule, value, f"any, {users} users", setting, True, "")
    span = f"95 % interval {difference['low']:+.4f} to {difference['high']:+.4f}"
    allowed = f"allowed: an interval that reaches 0, {users} users, {setting}"
    says = f"recall@10 of new products differs from the champion's by {value:+.4f}, {span} ({allowed})"
    return GuardResult(rule, value, "high >= 0", setting, difference["high"] >= 0, says)
