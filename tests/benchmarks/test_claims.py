"""The benchmark's own checker: what it must find, and what it must let pass."""

import pytest

from benchmarks.claims import measure
from benchmarks.lib.claim_check import false_claims
from pipelines.settings.load import check_settings
from recommender.texts.grounding import BundleText
from training.texts.writer import TextAnswer

TITLES = ["JUMBO BAG RED RETROSPOT", "Canon EF 50mm Lens, waterproof"]


PHOTO = ["Canon EF 50mm Lens f/1.8", "Nikon camera bag red"]


@pytest.mark.parametrize(
    "text",
    [
        "Put together the red retrospot jumbo bag and the Canon EF 50mm lens.",
        "Two items in one order: jumbo bags and the Canon EF 50mm lens.",
        "Set: Jumbo bag & Canon EF lens",
        "This set includes the Canon EF 50mm lens (waterproof) along with the jumbo bag in red.",
        "Take the jumbo bag red together with the Canon EF 50mm lens in one go.",
    ],
)
def test_true_texts_pass(text):
    assert list(false_claims(text, TITLES)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The leather jumbo bag and the Canon lens.",
        "The red Canon lens and the jumbo bag.",
        "The jumbo bag and the Canon 85mm lens.",
        "The jumbo bag and the Canon EF 50 lens.",
        "Three items: the jumbo bag and the Canon lens.",
        "The best jumbo bag and the Canon lens.",
        "The jumbo bag and the Canon lens for $5.",
        "The jumbo bag and the Nikon lens.",
        "The jumbo bag cures cancer, with the Canon lens.",
        "The jumbo bag and the lens of the Canon.",
        "The jumbo bag with lens.",
    ],
)
def test_false_texts_are_found(text):
    assert list(false_claims(text, TITLES))


@pytest.mark.parametrize(
    "text",
    [
        "All of it is by Canon.",
        "The Canon EF 50mm lens and the Nikon camera bag. All by Nikon.",
        "Take two Canon EF 50mm lens and the Nikon camera bag.",
        "A pair of Canon EF 50mm lens and the Nikon camera bag.",
        "The Canon EF 50mm lens (Nikon) and the Nikon camera bag red.",
        "The Canon EF 50mm lens by Nikon and the Nikon camera bag red.",
        "The Canon EF 50mm lens and the red Nikon camera bag, all red.",
        "All leather, all red: the Canon EF 50mm lens and the Nikon camera bag.",
        "Take the Canon EF 50mm lens, while the Nikon camera bag red is on us.",
        "The Canon EF 50mm lens includes the Nikon camera bag.",
        "The lens includes the bag.",
        "The Canon EF 50mm lens comes with the Nikon camera bag.",
        "The Canon EF 50mm lens in the Nikon camera bag.",
        "The Canon EF 50mm lens is the Nikon camera bag.",
        "The Canon EF 50mm lens (the Nikon camera bag).",
        "In the Nikon camera bag and the Canon EF 50mm lens.",
        "The Canon EF 50mm lens, the Canon EF 50mm lens and the Nikon camera bag.",
        "The Canon EF 50mm lens f/1 and the Nikon camera bag.",
        "It is red: the set.",
    ],
)
def test_what_belongs_to_one_is_not_said_of_another_or_all(text):
    assert list(false_claims(text, PHOTO))


def test_what_all_have_may_be_said_of_all():
    both = [f"{title}\nNikon\nPhoto" for title in PHOTO]
    said = "The Canon EF 50mm lens and the Nikon camera bag."
    assert not list(false_claims(f"{said} All by Nikon. Category: Photo.", both))
    assert list(false_claims(f"{said} Category: Photo.", PHOTO))


def test_a_title_of_one_word_is_a_name():
    titles = ["Justice\nJustice\nGift Cards", "KEEP CALM AND COME IN"]
    assert not list(false_claims("Set: Justice & keep calm and come in", titles))
    assert list(false_claims("The Gift Cards and the keep calm and come in.", titles))


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (
            "This set holds the Panera Gift Card and the Panera Gift Cards Multipack of 3. All by Panera.",
            ["Panera Gift Card\nPanera", "Panera Gift Cards, Multipack of 3\nPanera"],
        ),
        (
            "Take the Mounting Kit, the Roku Player and the Red Cable.",
            ["Roku Player, refurbished", "Mounting Kit for the Roku Player", "Red Cable"],
        ),
        ("Tea cup with saucer plate", ["Tea cup with saucer", "Saucer plate"]),
    ],
)
def test_words_that_two_titles_have_are_read_as_both_names(text, titles):
    assert not list(false_claims(text, titles))


def test_a_number_is_only_itself_as_a_whole():
    titles = ["London Jigsaw Puzzle 1,000 Pieces", "Die Cast Car 1:18"]
    assert not list(false_claims("The London Jigsaw Puzzle 1,000 Pieces and the Die Cast Car 1:18.", titles))
    assert list(false_claims("The London Jigsaw Puzzle 1 and the Die Cast Car 1:18.", titles))
    assert list(false_claims("The London Jigsaw Puzzle 1,000 and the Die Cast Car 1.", titles))


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
        return [TextAnswer(BundleText(said, f"The {said}."), 9) for _ in asks]


def test_kept_distinct_and_false_are_counted(tmp_path):
    products = tuple({"product_id": t, "title": t, "brand": None, "categories": []} for t in ("Red bag", "Blue lens"))
    settings = check_settings({"texts": {"texts_at_once": 1}})
    found = measure([products, products[::-1]], Promising(), settings, tmp_path)
    assert (found["kept"], found["distinct"], found["violations"], found["tokens"]) == (1, 1, [], 18)
