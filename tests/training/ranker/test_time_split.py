from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.settings.guards import Guards
from training.ranker.time_split import cases_in, day_number, others_in, split_by_time

ALL = np.ones(12, bool)
RUN = date(2025, 1, 31)
GUARDS = Guards(test_days=2, least_users=3, longest_test_days=120)
VALIDATION_DAYS = 2


def busy_month(make_log, buyers=3):
    """From day 1 each user views; from day 10 on, on every third day, `buyers` of them buy something new."""
    rows = [(f"u{u}", "p00", 1, "view") for u in range(buyers)]
    for day in range(10, 32, 3):
        rows += [(f"u{u}", f"p{1 + (day - 10) // 3:02d}", day, "purchase") for u in range(buyers)]
    return make_log(*rows)


def day(number):
    return day_number(date(2025, 1, number))


def test_the_windows_end_at_the_run_date_and_do_not_overlap(make_log):
    split = split_by_time(busy_month(make_log), ALL, RUN, GUARDS, VALIDATION_DAYS)
    assert (split.test.first, split.test.last) == (day(30), day(31))
    assert (split.validation.first, split.validation.last) == (day(28), day(29))
    assert split.fit_until == day(27)
    assert not split.test.too_few


def test_a_window_widens_backwards_until_it_holds_enough_users(make_log):
    rows = [(f"u{u}", "p00", 1, "view") for u in range(3)]
    rows += [(f"u{u}", "p01", 29 - u, "purchase") for u in range(3)]
    split = split_by_time(make_log(*rows), ALL, RUN, GUARDS, VALIDATION_DAYS)
    assert (split.test.first, split.test.users, split.test.too_few) == (day(27), 3, False)


def test_too_few_users_are_said_and_most_days_stay_for_learning(make_log):
    split = split_by_time(busy_month(make_log, buyers=2), ALL, RUN, GUARDS, VALIDATION_DAYS)
    assert split.test.too_few
    assert split.test.last - split.test.first + 1 == 31 // 4
    assert split.fit_until > day(10)


def test_an_empty_log_has_windows_without_users(make_log):
    split = split_by_time(make_log(), ALL, RUN, GUARDS, VALIDATION_DAYS)
    assert split.test.too_few
    assert len(cases_in(make_log(), split.test, ALL, 50)) == 0


def test_targets_are_new_showable_and_chosen_by_known_users(make_log):
    log = make_log(
        ("known", "p00", 1, "view"), ("known", "p01", 5, "purchase"),
        ("known", "p01", 30, "purchase"), ("known", "p02", 30, "purchase"), ("known", "p03", 31, "view"),
        ("known", "p04", 30, "purchase"), ("new", "p05", 30, "view purchase"),
    )  # fmt: skip
    showable = ALL.copy()
    showable[4] = False
    one_user = GUARDS.model_copy(update={"least_users": 1})
    cases = cases_in(log, split_by_time(log, showable, RUN, one_user, VALIDATION_DAYS).test, showable, 50)
    assert cases.users.tolist() == ["known"]
    assert cases.histories[0]["item"].tolist() == [0, 1]
    assert cases.hidden[0].tolist() == [1]
    assert cases.targets[0].tolist() == [2]


events = st.tuples(
    st.sampled_from("uvw"), st.sampled_from([f"p{i:02d}" for i in range(6)]), st.integers(1, 31),
    st.sampled_from(["view", "purchase", "purchase view"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(events, max_size=40, unique_by=lambda row: row[:3]))
def test_nothing_of_a_window_leaks_into_what_is_known_before(make_log, rows):
    """The cases of a window, told by brute force from the raw rows."""
    log = make_log(*rows)
    split = split_by_time(log, ALL, RUN, GUARDS, VALIDATION_DAYS)
    for window in (split.test, split.validation):
        cases = cases_in(log, window, ALL, 50)
        before = [r for r in rows if day(r[2]) < window.first]
        inside = [r for r in rows if window.first <= day(r[2]) <= window.last]
        expected = {}
        for user in sorted({u for u, *_ in before}):
            bought = {p for u, p, _, types in before if u == user and "purchase" in types}
            wanted = {p for u, p, _, types in inside if u == user and "purchase" in types} - bought
            if wanted:
                expected[user] = (wanted, bought, {p for u, p, *_ in before if u == user})
        assert cases.users.tolist() == list(expected)
        for i, (wanted, bought, past) in enumerate(expected.values()):
            assert set(log.products[cases.targets[i]]) == wanted
            assert set(log.products[cases.hidden[i]]) == bought
            assert set(log.products[cases.histories[i]["item"]]) == past


def test_who_is_known_and_chose_nothing_new_is_one_of_the_others(make_log):
    log = make_log(
        ("buyer", "p00", 1, "view"), ("buyer", "p01", 30, "purchase"), ("idle", "p00", 1, "purchase"),
        ("again", "p00", 1, "purchase"), ("again", "p00", 30, "purchase"), ("new", "p05", 30, "purchase"),
    )  # fmt: skip
    window = split_by_time(log, ALL, RUN, GUARDS, VALIDATION_DAYS).test
    others, count = others_in(log, window, ALL, 50)
    assert (others.users.tolist(), count) == (["again", "idle"], 2)
    assert [t.tolist() for t in others.targets] == [[], []]
    assert [h.tolist() for h in others.hidden] == [[0], [0]]
    few, count = others_in(log, window, ALL, 50, most=1)
    assert (few.users.tolist(), count) == (["again"], 2)
