"""Defects of events. The clean rows of a dirty shop are those of the clean shop, some of them oddly written."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from demo_shop.calendar import epoch_ms, iso, iso_utc, local_day
from demo_shop.dirt import (
    Picker,
    broken_id,
    can_be_too_late,
    choose,
    from_the_future,
    repeated,
    too_late,
    undatable,
    unknown_product,
    unreadable,
    without_product,
)
from demo_shop.lines import SourceLine, product_code

SHARE = 0.0006
CART = ("add_to_cart", "purchase")
WRONG_VALUES = (  # of which events, the reason, the field, what stands in it
    (
        ("impression", "view", "click", *CART),
        "unknown_event_type",
        "event_type",
        ("hover", "purchse", "wishlist", "scroll", "heartbeat"),
    ),
    (CART, "bad_number", "quantity", ("three", "a pair", "1x2")),
    (CART, "bad_number", "price", ("abc", "free", "12..5")),
    (CART, "absurd_quantity", "quantity", (99999, 5000, 1001)),
    (("purchase",), "absurd_quantity", "quantity", (0, -1, -3)),
    (CART, "absurd_price", "price", (-5.0, -0.01, 250000.0, 1e9)),
)
DOUBLE_CLICK_MS = 500
BOTS, BOT_EVENTS = 3, (520, 760)  # of each kind; lines of a fast one
CLOCK_EVENTS, BROAD_PRODUCTS = (90, 130), (170, 230)
WATCHED = 60  # products that a fast one looks at again and again


def soil_events(
    rng: np.random.Generator, lines: list[SourceLine], last_day: date, products: int, unsold: tuple[str, ...]
) -> list[SourceLine]:
    """The lines with oddities that stay clean, and with added lines that must be refused."""
    picker = Picker(rng, lines)
    added = [unreadable(rng, line) for line in picker.copies(SHARE)]
    added += [repeated(rng, lines[i], last_day) for i in picker.take(8 * SHARE)]
    added += [without_product(rng, line) for line in picker.copies(SHARE)]
    added += [broken_id(line, number) for number, line in enumerate(picker.copies(SHARE))]
    added += [undatable(rng, line) for line in picker.copies(SHARE)]
    added += [from_the_future(rng, line) for line in picker.copies(SHARE)]
    added += [too_late(rng, line, last_day) for line in picker.copies(SHARE, can_be_too_late(last_day))]
    for fits, reason, name, values in WRONG_VALUES:
        added += [line.refused(reason, **{name: choose(rng, values)}) for line in picker.copies(SHARE, _is(*fits))]
    for number, line in enumerate(picker.copies(2 * SHARE)):
        tester = f"test-{number % 7:03d}"
        added.append(replace(line.refused("test_account", user_id=tester), user_id=tester))
    added += [unknown_product(rng, line, unsold) for line in picker.copies(2 * SHARE)]
    added += [_double_click(rng, lines[i]) for i in picker.take(2 * SHARE, _can_be_doubled)]
    added += _robots(rng, last_day, lines[0].day, products)
    added += _tomorrow(picker, last_day)
    return _oddly_written(rng, picker, last_day) + added


def _is(*event_types: str):
    """Whether a line is an event of one of these types."""
    return lambda line: line.fields["event_type"] in event_types


def _can_be_doubled(line: SourceLine) -> bool:
    """Whether a line can be a double click: a view, click or cart of a known user, not just before midnight."""
    repeatable = line.fields["event_type"] in ("view", "click", "add_to_cart")
    return repeatable and line.user_id is not None and local_day(int(line.at) + 1000) == line.day


def _double_click(rng: np.random.Generator, line: SourceLine) -> SourceLine:
    """The same event once more, less than half a second later."""
    at = int(line.at) + int(rng.integers(40, DOUBLE_CLICK_MS - 20))
    return replace(line.refused("near_duplicate", ts=iso(at)), at=at)


def _robots(rng: np.random.Generator, last_day: date, first_day: date, products: int) -> list[SourceLine]:
    """Days of robots: fast ones on few products (one with a quiet, clean day before), regular ones, and broad ones.

    A catalogue that is too small for a broad robot has none.
    """
    span = (last_day - first_day).days
    days = [first_day + timedelta(days=int(d)) for d in rng.integers(1, span + 1, 3 * BOTS)]
    lines = []
    for number, day in enumerate(days[:BOTS]):
        pace = np.cumsum(rng.exponential(0.9, int(rng.integers(*BOT_EVENTS))))
        watched = rng.integers(min(WATCHED, products), size=len(pace))
        lines += _visit(rng, number, day, 3.5 * 3600 + pace, watched, "bot_rate")
    quiet = 12 * 3600 + 90.0 * np.arange(4) ** 1.5
    lines += _visit(rng, 0, days[0] - timedelta(days=1), quiet, rng.integers(products, size=4), "clean")
    for number, day in enumerate(days[BOTS : 2 * BOTS], BOTS):
        n = int(rng.integers(*CLOCK_EVENTS))
        ticks = 3600 + 540.0 * np.arange(n) + rng.uniform(-4, 4, n)
        lines += _visit(rng, number, day, ticks, rng.integers(products, size=n), "bot_rhythm")
    for number, day in enumerate(days[2 * BOTS :], 2 * BOTS):
        n = int(rng.integers(*BROAD_PRODUCTS))
        if n < products:
            moments = 8 * 3600 + np.cumsum(rng.exponential(150.0, n))
            lines += _visit(rng, number, day, moments, rng.choice(products, n, replace=False), "bot_breadth")
    return lines


def _visit(
    rng: np.random.Generator, number: int, day: date, seconds: np.ndarray, codes: np.ndarray, verdict: str
) -> list[SourceLine]:
    """A robot's events on one day, one for each of `seconds` after midnight, on products drawn from `codes`."""
    lines = []
    for second, code in zip(seconds, codes, strict=True):
        at = epoch_ms(day, 0.0) + round(1000 * second)  # a clock goes on when people put theirs forward
        user_id, product_id = f"u9{number:05d}", product_code(int(code))
        fields = {
            "user_id": user_id,
            "product_id": product_id,
            "event_type": choose(rng, ("view", "click", "view")),
            "ts": iso(at),
            "session_id": f"b{number}{day:%m%d}",
        }
        line = SourceLine("events", day, at, fields, user_id=user_id, product_id=product_id, note="robot's quiet day")
        lines.append(line if verdict == "clean" else line.refused(verdict))
    return lines


def _tomorrow(picker: Picker, last_day: date) -> list[SourceLine]:
    """Lines of the last file dated into the first minutes of the next day, as by a clock that is slightly fast."""
    lines = []
    for number, line in enumerate(picker.copies(0.0003, _is("impression", "view"))):
        at = epoch_ms(last_day + timedelta(days=1), 20 + 41 * number)
        lines.append(replace(line, verdict="future", day=last_day, at=at, fields={**line.fields, "ts": iso(at)}))
    return lines


def _oddly_written(rng: np.random.Generator, picker: Picker, last_day: date) -> list[SourceLine]:
    """All lines of the picker, some in a form that is unusual but must be accepted."""
    lines = list(picker.lines)
    first_day = lines[0].day
    for i in picker.take(SHARE):
        lines[i] = lines[i].with_fields("blanks around the code", product_id=f" {lines[i].product_id} ")
    for i in picker.take(SHARE, lambda line: "quantity" in line.fields):
        lines[i] = lines[i].with_fields("quantity as text", quantity=str(lines[i].fields["quantity"]))
    for i in picker.take(SHARE, lambda line: "price" in line.fields):
        lines[i] = lines[i].with_fields("price null", price=None)
    for i in picker.take(2 * SHARE):
        campaign = choose(rng, ("Frühling", "été", "spring ☀", "retour"))
        lines[i] = lines[i].with_fields("unknown field", campaign=campaign)
    for i in picker.take(2 * SHARE):
        lines[i] = lines[i].with_fields("time in UTC", ts=iso_utc(int(lines[i].at)))
    for i in picker.take(10 * SHARE, lambda line: line.day < last_day):
        day = min(last_day, lines[i].day + timedelta(days=int(rng.integers(1, 4))))
        lines[i] = replace(lines[i], day=day, note="one to three days late")
    for i in picker.take(SHARE, lambda line: first_day < line.day > local_day(int(line.at) - 1_800_000)):
        lines[i] = replace(lines[i], day=lines[i].day - timedelta(days=1), note="a little after midnight")
    return lines
