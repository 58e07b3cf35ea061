"""Texts of earlier nights: what is damaged is written again, and is never published."""

from pathlib import Path

import pytest

from recommender.texts.grounding import BundleText
from tests.given import cut, flip
from training.texts.text_cache import CachedText, add_to_cache, read_cache

TEA = CachedText(BundleText("Tea", "Two cups and a pot"), tokens=7, twice=False)
REFUSED = CachedText(None, tokens=9, twice=True)


def test_texts_and_refusals_are_read_as_they_were_added(tmp_path):
    add_to_cache(tmp_path, {"a": TEA})
    add_to_cache(tmp_path, {"b": REFUSED})
    assert read_cache(tmp_path) == {"a": TEA, "b": REFUSED}


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["removed", "cut", "one bit changed"])
def test_a_damaged_file_counts_as_none(tmp_path, harm):
    add_to_cache(tmp_path, {"a": TEA})
    (file,) = tmp_path.iterdir()
    add_to_cache(tmp_path, {"b": REFUSED})
    harm(file)
    assert read_cache(tmp_path) == {"b": REFUSED}
    assert not file.exists()
