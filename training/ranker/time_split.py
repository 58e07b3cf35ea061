"""The split by time: days to fit on, days to validate on, days to test on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.settings.guards import Guards
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.histories import Histories, histories
from recommender.ranking.interaction_log import InteractionLog

MAX_CASES = 20_000
VALIDATION_SHARE = 0.3
LARGEST_SHARE = 4  # a window never takes more than one day in this many
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class DayWindow:
    """Days `first` to `last`, inclusive, since 1970; the number of `users` with targets, and whether it is too low."""

    first: int
    last: int
    users: int
    too_few: bool

    def as_dates(self) -> dict[str, object]:
        """The same with ISO dates and the number of days."""
        return {
            "first": day_to_date(self.first).isoformat(),
            "last": day_to_date(self.last).isoformat(),
            "days": self.last - self.first + 1,
            "users": self.users,
            "too_few": self.too_few,
        }


@dataclass(frozen=True)
class TimeSplit:
    """Fit: all days up to and with `fit_until`; then the validation days; then the test days up to the run date."""

    fit_until: int
    validation: DayWindow
    test: DayWindow


def day_number(day: date) -> int:
    """Days since 1970."""
    return day.toordinal() - EPOCH


def day_to_date(day: int) -> date:
    """The day that is `day` days after 1970-01-01."""
    return date.fromordinal(day + EPOCH)


def split_by_time(
    log: InteractionLog, showable: np.ndarray, run_date: date, guards: Guards, validation_days: int
) -> TimeSplit:
    """The newest days to test on, those before them to validate on, the rest to fit on.

    Both windows widen backwards, day by day, until they hold enough users: `least_users`, and 30 % of that.
    """
    last = day_number(run_date)
    days = last - int(log.day.min()) + 1 if len(log) else 1
    longest = min(guards.longest_test_days, max(days // LARGEST_SHARE, 1))
    chosen = _first_choices(log, showable)
    test = _widen(chosen, last, min(guards.test_days, longest), longest, guards.least_users)
    enough = max(1, round(VALIDATION_SHARE * guards.least_users))
    validation = _widen(chosen, test.first - 1, min(validation_days, longest), longest, enough)
    return TimeSplit(validation.first - 1, validation, test)


def cases_in(
    log: InteractionLog, window: DayWindow, showable: np.ndarray, length: int, most: int = MAX_CASES
) -> EvalCases:
    """The evaluation cases of a window: users with interest before it, and the products they chose in it.

    A target is a product with an event of a target type in the window that the user neither chose nor had hidden
    before, and that can be shown. Histories hold the last `length` products before the window. At most `most`
    users, evenly spread.
    """
    choices, past = _first_choices(log, showable), histories(log, window.first - 1, length)
    return _cases_of_users(log, choices, past, window, _evenly_spread(_choosers(choices, window), most))


def others_in(
    log: InteractionLog, window: DayWindow, showable: np.ndarray, length: int, most: int = MAX_CASES
) -> tuple[EvalCases, int]:
    """The other users with a past, who chose nothing new in the window: at most `most`, and how many there are."""
    choices, past = _first_choices(log, showable), histories(log, window.first - 1, length)
    others = np.setdiff1d(np.searchsorted(log.users, past.users), _choosers(choices, window))
    return _cases_of_users(log, choices, past, window, _evenly_spread(others, most)), len(others)


def _choosers(choices: TargetChoices, window: DayWindow) -> np.ndarray:
    return np.unique(choices.user[choices.inside(window.first, window.last)])


def _evenly_spread(users: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the sorted `users`, evenly spread."""
    return users if len(users) <= most else users[np.linspace(0, len(users) - 1, most).astype(int)]


def _cases_of_users(
    log: InteractionLog, choices: TargetChoices, past: Histories, window: DayWindow, users: np.ndarray
) -> EvalCases:
    wanted = choices.inside(window.first, window.last)
    hides = log.rows((log.day < window.first) & (log.hides | log.target))
    return EvalCases(
        users=log.users[users],
        histories=past.of(log.users[users]),
        hidden=_of_users(users, hides.user, hides.product),
        targets=_of_users(users, choices.user[wanted], choices.product[wanted]),
    )


@dataclass(frozen=True)
class TargetChoices:
    """One entry for each user and product with a target or hiding event.

    `day` of the first target event; `barred`, the first day after which it is no target any more; `known`, the
    user's first day of interest.
    """

    user: np.ndarray
    product: np.ndarray
    day: np.ndarray
    barred: np.ndarray
    known: np.ndarray

    def inside(self, first: int, last: int) -> np.ndarray:
        """bool: whether the choice is a target of the window: in it, nothing barred it before, user known before."""
        return (self.barred >= first) & (self.day >= first) & (self.day <= last) & (self.known < first)


def _first_choices(log: InteractionLog, showable: np.ndarray) -> TargetChoices:
    rows = log.rows((log.target | log.hides) & showable[log.product])
    never = np.iinfo(np.int64).max
    keys, pair = np.unique(rows.user * np.int64(len(log.products)) + rows.product, return_inverse=True)
    day = np.full(len(keys), never)
    np.minimum.at(day, pair[rows.target], rows.day[rows.target])
    barred = np.full(len(keys), never)
    np.minimum.at(barred, pair, rows.day)
    known = np.full(len(log.users), never)
    interest = log.weight > 0
    np.minimum.at(known, log.user[interest], log.day[interest])
    user, product = np.divmod(keys, max(len(log.products), 1))
    return TargetChoices(user, product, day, barred, known[user])


def _widen(chosen: TargetChoices, last: int, days: int, longest: int, enough: int) -> DayWindow:
    while True:
        users = len(np.unique(chosen.user[chosen.inside(last - days + 1, last)]))
        if users >= enough or days >= longest:
            return DayWindow(last - days + 1, last, users, users < enough)
        days += 1


def _of_users(users: np.ndarray, user: np.ndarray, product: np.ndarray) -> list[np.ndarray]:
    """For each of `users` the distinct `product`s of rows with that `user`, ascending, int32."""
    pairs = np.unique(np.stack([user, product], axis=1), axis=0)
    low, high = np.searchsorted(pairs[:, 0], users), np.searchsorted(pairs[:, 0], users, side="right")
    return [pairs[a:b, 1].astype(np.int32) for a, b in zip(low, high, strict=True)]
