"""Days and times of the demo shop in its own time zone: when people come, and how times are written."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

SHOP_ZONE = ZoneInfo("Europe/Berlin")
WEEKDAYS = np.array([0.95, 0.9, 0.92, 0.98, 1.0, 1.15, 1.3])
GROWTH = (0.6, 1.6)
SALE_DAYS, SALE = 6, 2.6
HOURS = np.array([2, 1, 1, 0, 0, 1, 3, 5, 6, 7, 8, 8, 9, 8, 7, 7, 8, 9, 11, 13, 15, 14, 10, 5], float)


def epoch_ms(day: date, second: float) -> int:
    """Milliseconds since 1970 of the moment `second` seconds after local midnight of `day`."""
    clock = datetime(day.year, day.month, day.day, tzinfo=SHOP_ZONE) + timedelta(seconds=second)
    return round(clock.timestamp() * 1000)


@lru_cache(maxsize=100_000)
def _hour(hour: int) -> tuple[datetime, str]:
    """Local time at the start of an hour since 1970, and its UTC offset as "+01:00"."""
    local = datetime.fromtimestamp(hour * 3600, SHOP_ZONE)
    offset = local.strftime("%z")
    return local, f"{offset[:3]}:{offset[3:]}"


def local_day(at: int) -> date:
    """The local date of an instant in milliseconds since 1970."""
    return _hour(at // 3_600_000)[0].date()


def iso(at: int) -> str:
    """An instant in ms since 1970 as the shop writes it: "2025-03-04T09:12:13.123+01:00"."""
    begin, offset = _hour(at // 3_600_000)
    rest = at % 3_600_000
    return f"{begin:%Y-%m-%dT%H}:{rest // 60_000:02d}:{rest // 1000 % 60:02d}.{rest % 1000:03d}{offset}"


def iso_utc(at: int) -> str:
    """The same instant in UTC: "2025-03-04T08:12:13.123Z"."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def start_second(rng: np.random.Generator) -> int:
    """Start of a session in seconds after midnight; most are in the evening."""
    return int(rng.choice(24, p=HOURS / HOURS.sum()) * 3600 + rng.integers(0, 3600))


def days_of_sessions(rng: np.random.Generator, visits: np.ndarray, first_day: date, days: int) -> list[np.ndarray]:
    """For each day the people who come, given the expected `visits` of each person in the window.

    Weekends are busier, traffic grows over the window, and there is a sale in the last days.
    """
    weekday = np.array([(first_day + timedelta(days=d)).weekday() for d in range(days)])
    share = WEEKDAYS[weekday] * np.linspace(*GROWTH, days)
    share[-SALE_DAYS:] *= SALE
    share = share / share.sum()
    counts = rng.poisson(visits)
    when = rng.choice(days, counts.sum(), p=share)
    who = np.repeat(np.arange(len(visits)), counts)
    return [rng.permutation(who[when == day]) for day in range(days)]
