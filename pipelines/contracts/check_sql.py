"""From the checks of a contract to SQL that computes their numbers, and to the bounds in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pipelines.contracts.contract import Bound, Check, Table
from pipelines.settings.checks import Checks

ROW_COUNT = "row count"


def check_queries(table: Table, run_date: date) -> tuple[list[str], dict[str, str]]:
    """Spark SQL for one pass over the table (`expression as name`, rows among them), and whole queries by name."""
    one_pass, queries = [f"count(*) as `{ROW_COUNT}`"], {}
    for check in table.all_checks():
        sql = check.sql.replace(":run_date", f"date'{run_date}'")
        if check.is_query:
            queries[check.name] = sql
        else:
            one_pass.append(f"{sql} as `{check.name}`")
    return one_pass, queries


def day_sums(table: Table) -> dict[str, str]:
    """Spark SQL of the sums over the rows of one day that the checks of a table in days are computed from, by name.

    The divisor of a check stands under its name and " / ".
    """
    sums = {ROW_COUNT: "count(*)"}
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

    numbers: dict[str, float | None] = {ROW_COUNT: total(ROW_COUNT, "all")}
    for check in table.all_checks():
        divisor = total(f"{check.name} / ", check.over) if check.per else 1.0
        numbers[check.name] = total(check.name, check.over) / divisor if divisor else 0.0
    return numbers


def bound(value: Bound, settings: Checks) -> float | None:
    """A bound of a check as a number; a text names a key of the settings (`checks.least_coverage`)."""
    return float(getattr(settings, _key(value))) if isinstance(value, str) else value


def sentence(check: Check, number: float | None, settings: Checks, detail: str = "") -> str:
    """The result of a check in one sentence: the number, its meaning, the allowed range and the setting behind it."""
    bounds = (("at least", check.at_least), ("at most", check.at_most))
    allowed = " and ".join(f"{word} {_bound_in_words(value, settings)}" for word, value in bounds if value is not None)
    result = "nothing to measure" if number is None else f"{short(number)} {check.says}"
    return f"{check.name}: {result}{': ' if detail else ''}{detail} (allowed: {allowed})"


def _bound_in_words(value: float | str, settings: Checks) -> str:
    number = short(bound(value, settings) or 0.0)
    return f"{number}, [checks] {_key(value)}" if isinstance(value, str) else number


def _key(value: str) -> str:
    return value.removeprefix("checks.")


def short(number: float) -> str:
    """Whole numbers with separators, others to four significant digits: 10,000,000 and 0.04795."""
    return f"{number:,.0f}" if number % 1 == 0 or abs(number) >= 10_000 else f"{number:.4g}"
