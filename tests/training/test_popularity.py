"""What is popular on a night, counted by hand."""

from datetime import date, timedelta

import pytest

from pipelines.night import Night
from pipelines.settings import check_settings
from pipelines.tables import PRODUCT_DAYS
from tests.given import put
from training.popularity import popularity_rows

DAY = date(2025, 3, 31)


@pytest.fixture
def night(tmp_path):
    opened = Night(tmp_path, DAY, "r", f"{DAY}-01", "f", check_settings({}), {}, {}, (), "k", DAY)
    opened.save()
    return opened


def row(product, days_ago, weight, users=1, purchases=0):
    day = DAY - timedelta(days=days_ago)
    return {"product_id": product, "day": day, "weight": weight, "users": users, "purchases": purchases}


def test_weights_halve_with_age_and_what_was_given_back_leaves_nothing(night):
    rows = [row("mug", 0, 11.0, 1, 1), row("mug", 10, 1.0), row("mug", 20, 1.0), row("cup", 0, -8.0, 0)]
    put(night, PRODUCT_DAYS, rows)
    found = {r["product_id"]: r for r in popularity_rows(night, 10).to_pylist()}
    assert found["mug"] == {
        "product_id": "mug",
        "score": 11 + 0.5 + 0.25,
        "user_days": 3,
        "purchases": 1,
        "first_day": DAY - timedelta(days=20),
    }
    assert found["cup"]["score"] == 0


def test_a_shop_without_days_has_no_rows(night):
    assert popularity_rows(night, 10).num_rows == 0
