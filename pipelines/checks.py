"""From the checks of a contract to SQL that computes their numbers, and to the bounds in force."""

from __future__ import annotations

from datetime import date

from pipelines.settings import Settings
from pipelines.tables.contract import Bound, Check, Table


def check_queries(table: Table, run_date: date) -> tuple[list[str], dict[str, str]]:
    """Spark SQL for one pass over the table (`expression as name`, rows among them), and whole queries by name."""
    one_pass, queries = ["count(*) as `row count`"], {}
    for check in table.all_checks():
        sql = check.sql.replace(":run_date", f"date'{run_date}'")
        if check.is_query:
            queries[check.name] = sql
        else:
            one_pass.append(f"{sql} as `{check.name}`")
    return one_pass, queries


def bound(value: Bound, settings: Settings) -> float | None:
    """A bound of a check as a number; a text names a setting (`checks.least_coverage`)."""
    if not isinstance(value, str):
        return value
    section, key = value.split(".")
    return float(getattr(getattr(settings, section), key))


def sentence(check: Check, number: float | None, settings: Settings) -> str:
    """What a person reads when the check does not hold."""
    low, high = bound(check.at_least, settings), bound(check.at_most, settings)
    allowed = " and ".join(
        f"{word} {value:g}" for word, value in (("at least", low), ("at most", high)) if value is not None
    )
    found = "nothing to measure" if number is None else f"{number:g} {check.says}"
    return f"{check.name}: {found} (allowed: {allowed})"
