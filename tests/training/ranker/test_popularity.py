"""What is popular on a night, counted by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.contracts.interactions import INTERACTIONS
from pipelines.contracts.product_days import PRODUCT_DAYS
from pipelines.contracts.products import PRODUCTS
from pipelines.night.night import Night
from pipelines.night.table_io import read_table
from pipelines.settings.load import check_settings
from recommender.ranking.interaction_log import InteractionLog
from tests.given import put
from training.ranker.popularity import days_of, popularity_of, popularity_rows
from training.ranker.read_inputs import read_inputs
from training.ranker.time_split import day_number

DAY = date(2025, 3, 31)


@pytest.fixture
def night(tmp_path):
    opened = Night(tmp_path, DAY, "r", f"{DAY}-01", "f", check_settings({}), {}, {}, (), "k", DAY)
    opened.save()
    return opened


def row(product, days_ago, weight, users=1, purchases=0):
    day = DAY - timedelta(days=days_ago)
    return {"product_id": product, "day": day, "weight": weight, "users": users, "purchases": purchases}


def product(product_id):
    told = {"title": product_id, "categories": [], "available": True, "text_hash": "h", "aliases": []}
    return {"product_id": product_id} | told


def test_weights_halve_with_age_and_what_was_given_back_leaves_nothing(night):
    rows = [row("mug", 0, 11.0, 1, 1), row("mug", 10, 1.0), row("mug", 20, 1.0), row("cup", 0, -8.0, 0)]
    put(night, PRODUCT_DAYS, rows)
    found = {r["product_id"]: r for r in popularity_rows(read_table(night, PRODUCT_DAYS), DAY, 10).to_pylist()}
    assert found["mug"] == {
        "product_id": "mug",
        "score": 11 + 0.5 + 0.25,
        "user_days": 3,
        "purchases": 1,
        "first_day": DAY - timedelta(days=20),
    }
    assert found["cup"]["score"] == 0


def test_a_shop_without_days_has_no_rows(night):
    assert popularity_rows(read_table(night, PRODUCT_DAYS), DAY, 10).num_rows == 0


def test_days_after_the_cutoff_do_not_count(night):
    put(night, PRODUCT_DAYS, [row("mug", 0, 9.0), row("mug", 3, 3.0), row("mug", 5, 1.5)])
    found = popularity_rows(read_table(night, PRODUCT_DAYS), DAY - timedelta(days=3), 2).to_pylist()
    assert [(r["score"], r["user_days"]) for r in found] == [(3.75, 2)]


def test_models_are_judged_by_what_everyone_chose_as_the_night_ranks_by_it(night):
    put(night, PRODUCTS, [product("cup"), product("mug")])
    put(night, INTERACTIONS, [])
    put(night, PRODUCT_DAYS, [row("mug", 10, 6.0, users=0)])
    inputs = read_inputs(night)
    assert np.expm1(inputs.popularity(day_number(DAY), 10)).round(6).tolist() == [0, 3]
    assert inputs.popularity(day_number(DAY) - 11, 10).tolist() == [0, 0]


def test_where_users_are_all_there_is_their_weights_count():
    many = np.full(3, np.iinfo(np.int64).max)
    yes = np.ones(3, bool)
    log = InteractionLog(
        users=np.array(["u", "v"]),
        products=np.array(["cup", "mug"]),
        user=np.array([0, 0, 1]),
        product=np.array([0, 1, 1]),
        day=np.array([4, 0, 4]),
        weight=np.array([1.0, 2.0, 0.0]),
        last_ts=np.arange(3),
        target=yes,
        hides=yes,
        undone=many,
    )
    found = popularity_of(popularity_rows(days_of(log), date(1970, 1, 5), 4), log.products)
    assert np.expm1(found).round(6).tolist() == [1, 1]
