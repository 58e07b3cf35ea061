"""From the checks of a contract to SQL that computes their numbers, and to the bounds in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pipelines.contracts.contract import Bound, Check, Table
from pipelines.settings.tree import Settings


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


def day_sums(table: Table) -> dict[str, str]:
    """Spark SQL of the sums that the checks of a table in days are made of, over the rows of one day."""
    sums = {"row count": "count(*)"}
    for check in table.all_checks():
        sums[check.name] = check.sql
        if check.per:
            sums[f"{check.name} / "] = check.per
    return sums


def numbers_of_days(table: Table, sums: Mapping[str, Mapping[str, float]], run_date: date) -> dict[str, float | None]:
    """The number of each check: its sum over all days (or that of the run date alone), divided where it is a share."""
    days = {"all": list(sums.values()), "run_date": [sums.get(str(run_date), {})]}

    def total(name: str, over: str) -> float:
        return sum(day.get(name) or 0.0 for day in days[over])

    numbers: dict[str, float | None] = {"row count": total("row count", "all")}
    for check in table.all_checks():
        number = total(check.name, check.over)
        whole = total(f"{check.name} / ", check.over) if check.per else 1.0
        numbers[check.name] = number / whole if whole else 0.0
    return numbers


def bound(value: Bound, settings: Settings) -> float | None:
    """A bound of a check as a number; a text names a setting (`checks.least_coverage`)."""
    if not isinstance(value, str):
        return value
    section, key = value.split(".")
    return float(getattr(getattr(settings, section), key))


def sentence(check: Check, number: float | None, settings: Settings, detail: str = "") -> str:
    """What a person reads when the check does not hold: the number, what it means, what is allowed and by which key."""
    bounds = (("at least", check.at_least), ("at most", check.at_most))
    allowed = " and ".join(f"{word} {_bound_in_words(value, settings)}" for word, value in bounds if value is not None)
    found = "nothing to measure" if number is None else f"{short(number)} {check.says}"
    return f"{check.name}: {found}{': ' if detail else ''}{detail} (allowed: {allowed})"


def _bound_in_words(value: float | str, settings: Settings) -> str:
    number = short(bound(value, settings) or 0.0)
    if not isinstance(value, str):
        return number
    section, key = value.split(".")
    return f"{number}, [{section}] {key}"


def short(number: float) -> str:
    """Whole numbers with separators, others to four significant digits: 10,000,000 and 0.04795."""
    return f"{number:,.0f}" if number % 1 == 0 or abs(number) >= 10_000 else f"{number:.4g}"
