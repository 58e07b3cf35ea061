from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa

from pipelines.contracts.interactions import INTERACTIONS
from recommender.ranking.histories import histories
from training.ranker.read_inputs import read_log

PRODUCTS = np.array(["a", "b", "c"])
FIRST = date(2025, 1, 1).toordinal() - date(1970, 1, 1).toordinal()


def log(*rows):
    """Rows such as `("u1", "a", day, weight, "view purchase", pieces, second)`; later rows of a day are later."""
    table = [
        {
            "user_id": user,
            "product_id": product,
            "day": date(2025, 1, day),
            "weight": weight,
            "pieces": more[0] if more else 0,
            "events": 1,
            "event_types": sorted(types.split()),
            "last_ts": datetime(2025, 1, day, 0, 0, more[1] if len(more) > 1 else second, tzinfo=UTC),
        }
        for second, (user, product, day, weight, types, *more) in enumerate(rows)
    ]
    return read_log(pa.Table.from_pylist(table, schema=INTERACTIONS.schema()), PRODUCTS, ["purchase"], ["purchase"])


def day(number):
    return FIRST + number - 1


def test_a_product_stands_where_it_was_chosen_last():
    found = histories(log(("u", "a", 1, 1, "view"), ("u", "b", 2, 1, "view"), ("u", "a", 3, 1, "view")), day(3), 50)
    assert PRODUCTS[found.items].tolist() == ["b", "a"]


def test_what_was_chosen_at_one_time_is_one_turn():
    rows = [
        ("u", "a", 1, 1, "view", 0, 7), ("u", "b", 1, 1, "view", 0, 7), ("u", "c", 2, 1, "view"),
        ("v", "a", 2, 1, "view"),
    ]  # fmt: skip
    found = histories(log(*rows), day(2), 50)
    assert [np.diff(h["turn"]).tolist() for h in found.lists()] == [[0, 1], []]
    assert found.days.tolist() == [day(1), day(1), day(2), day(2)]
    assert [np.diff(h["turn"]).tolist() for h in histories(log(*rows), day(2), 2).lists()] == [[1], []]


def test_nothing_after_the_cutoff_and_nothing_without_weight_counts():
    rows = [("u", "a", 1, 1, "view"), ("u", "b", 1, 0, "impression"), ("u", "c", 3, 1, "view")]
    assert PRODUCTS[histories(log(*rows), day(2), 50).items].tolist() == ["a"]


def test_what_was_given_back_is_no_interest_from_that_day_on():
    rows = [
        ("u", "a", 1, 8, "purchase", 2), ("u", "b", 2, 8, "purchase", 5), ("u", "a", 3, 0, "return", -1),
        ("u", "b", 4, 0, "return", -5), ("u", "a", 5, 0, "return", -1), ("u", "b", 6, 1, "view", 0),
        ("v", "c", 1, 0, "return", -1), ("v", "c", 2, 8, "purchase", 1),
    ]  # fmt: skip
    found = {
        d: [PRODUCTS[h["item"]].tolist() for h in histories(log(*rows), day(d), 50).lists()] for d in (2, 3, 4, 5, 6)
    }
    assert found == {2: [["a", "b"], ["c"]], 3: [["a", "b"], ["c"]], 4: [["a"], ["c"]], 5: [["c"]], 6: [["b"], ["c"]]}


def test_only_the_last_products_stay():
    rows = [("u", p, d, 1, "view") for d, p in enumerate("abc", start=1)]
    assert PRODUCTS[histories(log(*rows), day(9), 2).items].tolist() == ["b", "c"]


def test_users_without_history_get_an_empty_one():
    found = histories(log(("b", "a", 1, 1, "view"), ("d", "c", 1, 1, "view")), day(1), 5)
    assert [h["item"].tolist() for h in found.of(np.array(["a", "b", "c", "d", "e"]))] == [[], [0], [], [2], []]


def test_rows_of_unknown_products_and_an_empty_table_are_no_trouble():
    assert len(log(("u", "z", 1, 1, "view"))) == 0
    assert histories(log(), day(9), 5).lists() == []


def test_types_are_read_row_by_row():
    rows = log(("u", "a", 1, 1, ""), ("u", "b", 1, 1, "purchase view"), ("u", "c", 1, 1, "view"))
    assert rows.target.tolist() == [False, True, False]
