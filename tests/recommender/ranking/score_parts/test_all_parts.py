"""The entries of the contract and the objects that compute them are the same parts."""

from pipelines.contracts.score_parts import REASON_KINDS, SCORE_PARTS, UNPUBLISHED
from recommender.ranking.score_parts.all_parts import PART_MODELS
from recommender.texts.all_languages import LANGUAGES


def test_entries_and_objects_have_the_same_names_in_the_same_order():
    assert tuple(model.part for model in PART_MODELS) == SCORE_PARTS


def test_each_part_has_its_own_name_and_the_file_of_that_name():
    assert len({part.name for part in SCORE_PARTS}) == len({part.figure for part in SCORE_PARTS}) == len(SCORE_PARTS)
    files = [model.__module__.rsplit(".", 1)[1] for model in PART_MODELS]
    assert files == [part.name for part in SCORE_PARTS]


def test_parts_without_a_column_come_last():
    assert tuple(part.name for part in SCORE_PARTS) == REASON_KINDS + UNPUBLISHED


def test_a_published_part_has_a_sentence_in_each_language():
    for part in SCORE_PARTS:
        if part.published:
            assert set(part.reason) == set(LANGUAGES), part.name
        assert not part.reason_patterns or set(part.reason_patterns) == set(LANGUAGES), part.name
