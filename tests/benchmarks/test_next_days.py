"""A split by time lets nothing of its test days be known before them."""

from __future__ import annotations

import numpy as np

from benchmarks.next_days import seen_until
from recommender.ranking.interaction_log import InteractionLog


def test_what_is_first_sold_on_a_test_day_was_not_seen_before():
    day = np.array([3, 9, 5, 6, 7])
    rows = len(day)
    log = InteractionLog(
        users=np.array(["a", "b"]),
        products=np.array(["long", "never", "on the last day", "too late"]),
        user=np.array([0, 0, 1, 1, 1]),
        product=np.array([0, 0, 2, 3, 3]),
        day=day,
        weight=np.ones(rows),
        last_ts=day,
        target=np.ones(rows, bool),
        hides=np.ones(rows, bool),
        undone=np.full(rows, 99),
    )
    assert seen_until(log, 5).tolist() == [True, False, True, False]
