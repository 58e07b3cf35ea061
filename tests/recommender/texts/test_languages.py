"""Every language defines a text for each kind of reason."""

import pytest

from pipelines.contracts.score_parts import REASON_KINDS
from recommender.texts.all_languages import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_each_kind_of_reason_has_words(language):
    assert set(language.reasons) == set(REASON_KINDS)
    named = {kind for kind, text in language.reasons.items() if text.count("{}") == 1}
    assert named == {"chosen_together", "similar_text", "similar_meaning", "next_choice"}
    assert language.by_customers.format(3).startswith(" ")
