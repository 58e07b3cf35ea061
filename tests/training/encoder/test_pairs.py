from datetime import date

import numpy as np

from training.encoder.pairs import DayRange, PairSampling, Reviews, draw_pairs
from training.ranker.time_split import day_number

PRODUCTS = [f"text of {i}" for i in range(12)]
NO_REVIEWS = Reviews(np.empty(0, np.int64), np.empty(0, np.int64), [])
EVER = -(10**6)


def day(number):
    return day_number(date(2025, 1, number))


def as_set(pairs):
    return set(zip(pairs.anchor.tolist(), pairs.positive.tolist(), strict=True))


def drawn(log, reviews=NO_REVIEWS, span=None, wish=None):
    return draw_pairs(log, reviews, PRODUCTS, span or DayRange(EVER, day(31)), wish or PairSampling(1000, 0.0, 3))


def test_near_products_of_one_user_are_pairs_far_ones_are_not(make_log):
    log = make_log(*[("u", f"p{i:02d}", i + 1, "view") for i in range(5)], ("v", "p09", 1, "view"))
    assert as_set(drawn(log)) == {(a, b) for a in range(5) for b in range(a + 1, min(a + 4, 5))}


def test_nothing_after_the_last_day_is_read(make_log):
    rows = [("u", "p00", 1, "view"), ("u", "p01", 2, "view"), ("u", "p00", 9, "view"), ("u", "p02", 9, "view")]
    early = drawn(make_log(*rows), span=DayRange(EVER, day(8)))
    assert as_set(early) == as_set(drawn(make_log(*rows[:2]))) == {(0, 1)}


def test_the_later_choice_of_a_pair_is_within_the_days(make_log):
    log = make_log(("u", "p00", 1, "view"), ("u", "p01", 2, "view"), ("u", "p02", 9, "view"))
    assert as_set(drawn(log, span=DayRange(day(5), day(9)))) == {(0, 2), (1, 2)}


def test_reviews_lead_to_their_product_and_late_ones_are_left_out(make_log):
    reviews = Reviews(np.array([4, 5, 6]), np.array([day(1), day(9), day(1)]), ["lovely", "too late", ""])
    log = make_log(*[("u", f"p{i:02d}", 1, "view") for i in range(8)])
    pairs = drawn(log, reviews, DayRange(EVER, day(8)), PairSampling(1000, 0.5, 3))
    assert [pairs.texts[a] for a, p in as_set(pairs) if a >= 12] == ["lovely"]
    assert {p for a, p in as_set(pairs) if a >= 12} == {4}


def test_a_draw_is_repeatable_bounded_and_prefers_rare_products(make_log):
    """p00 and p01 are chosen by everybody, and now and then by the same; p02 and p03 only together."""
    rows = [(f"u{u:03d}", f"p{u % 2:02d}", 1, "view") for u in range(400)]
    rows += [(f"u{u:03d}", f"p{(u + 1) % 2:02d}", 2, "view") for u in range(5)]
    rows += [("w", "p02", 1, "view"), ("w", "p03", 2, "view")]
    log = make_log(*rows)
    first = [drawn(log, wish=PairSampling(1, 0.0, seed)) for seed in range(30)]
    assert all(len(pairs) == 1 for pairs in first)
    assert sum(as_set(pairs) == {(2, 3)} for pairs in first) > 22
    assert as_set(drawn(log, wish=PairSampling(1, 0.0, 0))) == as_set(first[0])
