"""An optional part: its numbers, and that off it leaves no trace."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.contracts.reason import REASON
from pipelines.contracts.score_parts import POPULARITY, REASON_KINDS
from pipelines.settings.tree import Settings
from recommender.ranking.interaction_log import InteractionLog
from recommender.ranking.ranker_files import load_ranker, save_ranker
from recommender.ranking.score_parts.model import PartInputs
from recommender.ranking.score_parts.recently_known import RecentlyKnown, newness

NAME = "recently_known"


@pytest.fixture
def log():
    """Three products: a was first chosen on day 0, b on day 10, c on day 30; d is never chosen."""
    product, day = np.array([0, 1, 0, 2]), np.array([0, 10, 20, 30])
    ones, flags = np.ones(4), np.ones(4, bool)
    return InteractionLog(
        np.array(["u"]), np.array(list("abcd")), np.zeros(4, int), product, day, ones, day, flags, flags, day + 1000
    )


def inputs_with(log, half_life_days):
    settings = Settings.model_validate({"popularity": {"recently_known_half_life_days": half_life_days}})
    vectors = np.zeros((4, 2), np.float32)
    return PartInputs(log.products, vectors, log, 20, settings.knn, settings, None, {})


def test_newness_halves_with_the_days_since_the_first_interaction(log):
    assert newness(log, 20, 10).tolist() == [0.25, 0.5, 0.0, 0.0]
    assert newness(log, 30, 10).tolist() == [0.125, 0.25, 1.0, 0.0]


def test_the_part_is_off_unless_a_half_life_is_set(log):
    assert RecentlyKnown.build(inputs_with(log, 0)) is None
    assert RecentlyKnown.build(inputs_with(log, 10)).newness.tolist() == [0.25, 0.5, 0.0, 0.0]


def test_off_it_has_no_column_anywhere(shelf, people):
    assert shelf.columns == REASON_KINDS
    assert NAME not in [field.name for field in REASON.field("parts").type]
    assert shelf.rank(*people, 5).parts.shape[2] == len(REASON_KINDS)


def test_on_it_counts_in_the_score_and_is_no_reason(shelf, people, tmp_path):
    values = np.linspace(0, 1, len(shelf.product_ids), dtype=np.float32)
    new_first = replace(
        shelf.with_part(RecentlyKnown(values)), blend=replace(shelf.blend, weights={NAME: 1.0, POPULARITY: 1e-9})
    )
    ranked = new_first.rank(*people, 5)
    newest = np.flatnonzero(shelf.showable)[::-1][:5]
    assert ranked.items[0].tolist() == newest.tolist()
    assert ranked.parts.shape[2] == len(REASON_KINDS) + 1
    assert (ranked.kinds < len(REASON_KINDS)).all()
    save_ranker(new_first, tmp_path / "ranker")
    loaded = load_ranker(tmp_path / "ranker").rank(*people, 5)
    assert np.array_equal(loaded.items, ranked.items)
    assert np.array_equal(loaded.parts, ranked.parts)
