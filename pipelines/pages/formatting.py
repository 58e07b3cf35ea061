"""How numbers and ids read on a page. Each gives back text, and a dash where there is nothing."""

from __future__ import annotations

import math
from typing import Any

NOTHING = "–"


def is_number(value: Any) -> bool:
    """Whether `value` can be drawn and compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def count(value: Any) -> str:
    """1234567 as 1,234,567."""
    return f"{value:,.0f}" if is_number(value) else NOTHING


def figure(value: Any) -> str:
    """A metric or score, to four places: 0.0664."""
    return f"{value:.4f}" if is_number(value) else NOTHING


def share(value: Any) -> str:
    """0.123 as 12.3 %."""
    return f"{100 * value:.1f} %" if is_number(value) else NOTHING


def short_number(value: Any) -> str:
    """Whole numbers with separators, others to four significant digits."""
    if not is_number(value):
        return NOTHING
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def span(seconds: Any) -> str:
    """75 as 1 min 15 s."""
    if not is_number(seconds):
        return NOTHING
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def money(value: Any, currency: str) -> str:
    """12.5 as 12.50 EUR."""
    return f"{value:,.2f} {currency}" if is_number(value) else NOTHING


def short_id(value: str | None, length: int = 8) -> str:
    """The first characters of an id. A page never shows a whole pseudonym."""
    if not value:
        return NOTHING
    return value if len(value) <= length else f"{value[:length]}…"


def counted(n: int, one: str, many: str = "") -> str:
    """`1 user`, `1,000 users`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def plain(code: str) -> str:
    """`chosen_together` as `chosen together`."""
    return code.replace("_", " ")
