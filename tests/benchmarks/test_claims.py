"""The benchmark's own checker: what it must find, and what it must let pass."""

import pytest

from benchmarks.claim_check import false_claims
from benchmarks.claims import measure
from pipelines.settings import check_settings
from pipelines.words.grounding import Written
from training.writer import Answer

TITLES = ["JUMBO BAG RED RETROSPOT", "Canon EF 50mm Lens, waterproof"]


@pytest.mark.parametrize(
    "text",
    [
        "Put together the red retrospot jumbo bag and the Canon EF 50mm lens.",
        "Two items in one order: jumbo bags and the lens.",
        "Set: bag & waterproof lens",
    ],
)
def test_true_texts_pass(text):
    assert list(false_claims(text, TITLES)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The leather bag and the lens.",
        "The red lens and the jumbo bag.",
        "The bag and the 85mm lens.",
        "Three items: the bag and the lens.",
        "The best bag and the lens.",
        "The bag and the lens for $5.",
        "The bag and the Nikon lens.",
        "The bag cures cancer, with the lens.",
    ],
)
def test_false_texts_are_found(text):
    assert list(false_claims(text, TITLES))


def test_a_product_may_begin_after_a_joining_word_and_no_other_may_take_its_words():
    titles = ["HDMI switch with remote and cable", "amFilm screen for the red tablet"]
    assert not list(false_claims("The HDMI switch with amFilm screen for the red tablet.", titles))
    assert list(false_claims("The HDMI switch with screen.", titles))
    assert list(false_claims("The amFilm switch with remote.", titles))


class Promising:
    """A writer whose every text is kept by a check that reads the names only, and one that claims too much."""

    fingerprint = "p"

    def write(self, asks):
        said = " and the ".join(product.name for product in asks[0].facts)
        return [Answer(Written("Bag and lens", f"The {said}."), 9) for _ in asks]


def test_kept_distinct_and_false_are_counted(tmp_path):
    products = tuple({"product_id": t, "title": t, "brand": None, "categories": []} for t in ("Red bag", "Blue lens"))
    settings = check_settings({"words": {"texts_at_once": 1}})
    found = measure([products, products[::-1]], Promising(), settings, tmp_path)
    assert (found["kept"], found["distinct"], found["violations"], found["tokens"]) == (1, 1, [], 18)
