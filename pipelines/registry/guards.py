"""Guard rails: what a challenger must not lose while it gains NDCG@10. Pure functions of the evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.settings.learning import Guards

COVERAGE, COLD_RECALL, IDENTICAL_LISTS = "coverage@10", "cold_recall@10", "identical_lists@10"


def broken_guards(evaluation: dict[str, Any], settings: Guards, *, has_predecessor: bool) -> list[str]:
    """A sentence for each guard that the challenger breaks: the number, the bound, the setting.

    Two of them hold it against the champion, and say nothing where there is none. `evaluation` is what training wrote.
    """
    mine = evaluation["models"]["challenger"]
    found = list(_identical_lists(mine, settings))
    if has_predecessor:
        found += _coverage(mine, evaluation["models"]["predecessor"], settings)
        found += _cold_recall(evaluation["cold_differences"]["challenger-predecessor"], settings)
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


def _identical_lists(mine: dict[str, Any], settings: Guards) -> Iterator[str]:
    share, most = mine[IDENTICAL_LISTS]["value"], settings.most_identical_lists
    if share > most:
        allowed = f"allowed: at most {most:.1%}, [guards] most_identical_lists"
        yield f"{share:.1%} of the users get one and the same list ({allowed})"


def _coverage(mine: dict[str, Any], theirs: dict[str, Any], settings: Guards) -> Iterator[str]:
    share, before = mine[COVERAGE]["value"], theirs[COVERAGE]["value"]
    least = settings.least_coverage * before
    if share < least:
        allowed = f"allowed: at least {least:.4f}, [guards] least_coverage times the champion's {before:.4f}"
        yield f"coverage@10 is {share:.4f} ({allowed})"


def _cold_recall(difference: dict[str, Any], settings: Guards) -> Iterator[str]:
    """Few users prove nothing: a bootstrap over a handful of them finds intervals that are far too short."""
    users = difference["users"]
    if users >= settings.least_cold_users and difference["high"] < 0:
        span = f"95 % interval {difference['low']:+.4f} to {difference['high']:+.4f}"
        allowed = f"allowed: an interval that reaches 0, {users} users, [guards] least_cold_users"
        yield f"recall@10 of new products differs from the champion's by {difference['value']:+.4f}, {span} ({allowed})"
