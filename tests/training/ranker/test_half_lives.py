"""Half-lives of behaviour: what was popular and chosen together before counts less where it tells nothing any more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recommender.ranking.blend import Blend
from tests.training.toy_shop import LAST, NOUNS, interaction_rows, open_night
from training.encoder.encoder_files import load_base
from training.ranker.build_model import learn_half_lives
from training.ranker.model_folder import SavedModel
from training.ranker.training_run import TrainingRun

WANTED = {"pairs": [5.0, 1000.0], "popularity": [5.0, 1000.0]}
OLD, NEW, ASKED = NOUNS[:3], NOUNS[3:6], NOUNS[6]


def purchase(user, noun, days_ago, hour):
    day = LAST - timedelta(days=days_ago)
    return {
        "user_id": user, "product_id": f"red-{noun}", "day": day, "weight": 8.0, "pieces": 1, "events": 1,
        "event_types": ["purchase"], "last_ts": datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
    }  # fmt: skip


def turned():
    """A shop where all who chose `ASKED` went on to `OLD`, many a time, and go on to `NEW` since a week."""
    for user in range(30):
        yield purchase(f"old{user:02d}", ASKED, 40, 1)
        yield from (purchase(f"old{user:02d}", noun, 40, 2 + at) for at, noun in enumerate(OLD))
    for user in range(8):
        yield purchase(f"since{user:02d}", ASKED, 8, 1)
        yield from (purchase(f"since{user:02d}", noun, 8, 2 + at) for at, noun in enumerate(NEW))
    for window in (3, 1):
        for user in range(12):
            yield purchase(f"now{window}{user:02d}", ASKED, 8, 1)
            yield purchase(f"now{window}{user:02d}", NEW[user % 3], window, 2)


@pytest.fixture
def chosen(tmp_path, toy_base):
    """The half-lives of pairs and of popularity, on a shop with these rows."""

    def of(rows, pairs=None, popularity=None):
        candidates = {"knn": pairs, "popularity": popularity}
        sections = {name: {"half_life_candidates": days} for name, days in candidates.items() if days is not None}
        night = open_night(tmp_path, toy_base, interactions=list(rows), sections=sections)
        base = load_base(str(toy_base), 24)
        model = SavedModel(tmp_path, base, None, Blend(half_life_days=30.0), night.settings.knn, {}, {})
        found = learn_half_lives(TrainingRun.of(night), model)
        assert replace(found, knn=model.knn, blend=model.blend) == model
        return found.knn.half_life_days, found.blend.half_life_days

    return of


def test_where_taste_has_turned_the_past_is_soon_forgotten(chosen):
    assert chosen(turned(), **WANTED) == (5.0, 5.0)


def on_one_day(rows):
    """`rows` of which all that is older than the days that judge lies on one day."""
    return [
        row | {"day": LAST - timedelta(days=20) if row["day"] < LAST - timedelta(days=4) else row["day"]}
        for row in rows
    ]


def test_where_all_is_of_one_day_nothing_is_tried(chosen):
    assert chosen(on_one_day(turned()), **WANTED) == (10_000.0, 30.0)


def test_without_something_to_try_the_settings_stand(chosen):
    assert chosen(interaction_rows(), pairs=[], popularity=[]) == (10_000.0, 30.0)
