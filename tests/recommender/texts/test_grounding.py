"""Which texts are grounded in the facts of a bundle, and which are refused."""

import pytest

from recommender.texts.english import EN
from recommender.texts.facts import ProductFacts
from recommender.texts.german import DE
from recommender.texts.grounding import BundleText, ungrounded, violations
from recommender.texts.templates import template

BAG = ProductFacts("red retrospot jumbo bag", "Retro", "Bags")
LAMP = ProductFacts("blue glass lamp 12 W", "Lumo", "Lighting", ("colour blue", "height 30 cm"))
POT = ProductFacts("tea pot")
LENS = ProductFacts("Canon EF 50mm lens", "Canon", "Photo")
NIKON = ProductFacts("Nikon camera bag red", "Nikon", "Photo")
PAN = ProductFacts("Bratpfanne 28 cm mit Deckel", "Eisenhof", "Küche")
LINEN = ProductFacts("Geschirrtuch aus Leinen", "", "Küche")


def said(text, *facts, language=EN):
    return list(ungrounded(text, facts or (BAG, LAMP), language))


def told(description, *facts, language=EN):
    names = f" {language.and_} ".join(product.name for product in facts)
    return violations(BundleText(names, description), facts, language)


@pytest.mark.parametrize(
    "text",
    [
        "Take the red retrospot jumbo bag and add the blue glass lamp 12 W to your basket.",
        "Two items in one order: the Red Retrospot Jumbo Bag and the blue glass lamp 12 W!",
        "The blue glass lamp 12 W (Lumo) and the red retrospot jumbo bag (Retro, Bags).",
        "The Lumo blue glass lamp 12 W (colour blue, height 30 cm) together with the Retro red retrospot jumbo bag.",
        "This pair brings together a red retrospot jumbo bag & a blue glass lamp 12 W",
        "Set: blue glass lamp 12 W with red retrospot jumbo bag",
    ],
)
def test_texts_that_state_only_facts_are_accepted(text):
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The {a} and the blue glass lamp 15 W.", "number"),
        ("The {a}, 12 W, and the {b}.", "number of another product"),
        ("The {a} by Gucci and the {b}.", "brand"),
        ("The leather {a} and the {b}.", "material"),
        ("The green {a} and the {b}.", "colour"),
        ("The blue {a} and the {b}.", "colour of the other product"),
        ("The {a} in blue and the {b}.", "colour of the other product"),
        ("The {a} (Lumo) and the {b}.", "brand of the other product"),
        ("The {a} Lumo and the {b}.", "brand of the other product"),
        ("The {a} (height 30 cm) and the {b}.", "size of the other product"),
        ("The {a} and the Retro {b}.", "brand of the other product"),
        ("The {a} (the {b}).", "one is called the other"),
        ("The {a}, the {b}.", "one is called the other"),
        ("The {a} is a {b}.", "one is called the other"),
        ("The {a}, the {b} and the teapot.", "other product"),
        ("The {a} and the {b} for the garden.", "category"),
        ("The best {a} and the {b}.", "superlative"),
        ("The {a} and the {b} are waterproof.", "property"),
        ("The {a} and the {b} at a low price.", "price"),
        ("The {a} and the {b} for free.", "free"),
        ("Take the {a}, and the {b} is on us.", "free"),
        ("Take the {a}, get the {b}.", "free"),
        ("The {a} comes with the {b}.", "free"),
        ("The {a} and the {b} for $5.", "sign"),
        ("The {a} and the {b}, 50% off.", "sign"),
        ("The {a} and the {b} cure cancer.", "health"),
        ("The {a} and the {b} with a lifetime guarantee.", "guarantee"),
        ("Three items: the {a} and the {b}.", "number of products"),
        ("Take two {a} and the {b}.", "number of one product"),
        ("Take two the {a} and the {b}.", "number of one product"),
        ("Take one set {a} and the {b}.", "one is a set"),
        ("A pair of {a} and the {b}.", "number of one product"),
        ("The {a} and two {b}.", "number of one product"),
        ("The {a}, the {a} and the {b}.", "number of one product"),
        ("The {a} and the {b} with each one.", "number of one product"),
        ("The {a} includes the {b}.", "holds"),
        ("The {a} contains the {b}.", "holds"),
        ("The {a} in the {b}.", "holds"),
        ("Put the {a} in the {b}.", "holds"),
        ("In the {a} and the {b}.", "holds"),
        ("The {a} of the {b}.", "belongs"),
        ("The {a} for the {b}.", "fits"),
        ("The {a} fits the {b}.", "fits"),
        ("The {a} goes into the {b}.", "fits"),
        ("The {a}, made for the {b}.", "fits"),
        ("The {a} goes with the {b}.", "fits"),
        ("All of it is by Lumo.", "all"),
        ("All blue, all glass: the {a} and the {b}.", "all"),
        ("Both by Lumo: the {a} and the {b}.", "all"),
        ("Each red, every one: the {a} and the {b}.", "all"),
        ("The {a} and the {b}. It is red.", "sentence without names"),
        ("The {a}. Take the {b}.", "one name in a sentence"),
        ("This set.", "no name"),
        ("The {a}.", "a name is missing"),
        ("Diese {a} and the {b}.", "language"),
        ("The {a} and the {b}: write to ann@example.org.", "personal data"),
        ("The {a} and the {b} 😀.", "sign"),
        ("The {a}'s and the {b}.", "more of one"),
    ],
)  # fmt: skip
def test_texts_that_state_more_than_facts_are_refused(text, kind):
    assert said(text.format(a=BAG.name, b=LAMP.name)), kind


@pytest.mark.parametrize(
    "text",
    [
        "The Canon EF 50mm lens and the Nikon camera bag red. All of it is by Canon.",
        "All of it is by Canon.",
        "Take two Canon EF 50mm lens and the Nikon camera bag red.",
        "The Canon EF 50mm lens (Nikon) and the Nikon camera bag red.",
        "All leather, all red: the Canon EF 50mm lens and the Nikon camera bag red.",
        "Take the Canon EF 50mm lens, while the Nikon camera bag red is on us.",
        "The Canon EF 50mm lens includes the Nikon camera bag red.",
        "The lens includes the bag.",
        "The Canon EF 50mm lens and the Canon Nikon camera bag red.",
        "The Canon EF 50mm lens \0 and the Nikon camera bag red.",
    ],
)
def test_each_false_text_of_the_audit_is_refused(text):
    assert told(text, LENS, NIKON)


def test_shared_brand_and_category_are_accepted():
    both = "The Canon EF 50mm lens and the Nikon camera bag red."
    assert told(f"{both} Category: Photo.", LENS, NIKON) == []
    assert told(f"{both} Category: Bags.", LENS, NIKON)
    other = ProductFacts("EF 85mm lens", "Canon", "Photo")
    same = "The EF 85mm lens and the Canon EF 50mm lens."
    assert told(f"{same} All of it is by Canon. Category: Photo.", LENS, other) == []
    assert told(f"{same} Category: Photo. All by Canon.", LENS, other) == []
    assert told(f"{same} All by Nikon.", LENS, other)
    assert told("All by Canon.", LENS, other)


def test_a_name_within_another_is_not_taken_for_it():
    cup, whole = ProductFacts("tea cup"), ProductFacts("green tea cup with saucer")
    assert told("The green tea cup with saucer and the tea cup.", cup, whole) == []
    assert told("The green tea cup with saucer.", cup, whole)
    assert told("The green tea cup and the tea cup with saucer.", cup, whole)
    assert told("Two tea cup and the green tea cup with saucer.", cup, whole)


def test_products_of_one_name_are_named_as_often_as_there_are():
    assert told("The tea pot, the tea pot and the red retrospot jumbo bag.", POT, POT, BAG) == []
    assert told("The tea pot and the red retrospot jumbo bag.", POT, POT, BAG)


def test_signs_of_names_and_apostrophes_do_not_matter():
    vase = ProductFacts("Ann's “Vase” No. 5 (1,000 ml)")
    assert told("Take the Ann’s “Vase” No. 5 (1,000 ml) and the tea pot.", vase, POT) == []
    assert told("Take the Ann's “Vase” No. 5 (1,500 ml) and the tea pot.", vase, POT)


def test_german_texts_follow_the_same_rule():
    good = "Bratpfanne 28 cm mit Deckel (Eisenhof) und Geschirrtuch aus Leinen in einem Korb. Kategorie: Küche."
    assert told(good, PAN, LINEN, language=DE) == []
    for false in (
        "Bratpfanne 30 cm mit Deckel und Geschirrtuch aus Leinen.",
        "Geschirrtuch aus Leinen (Eisenhof) und Bratpfanne 28 cm mit Deckel.",
        "Die beste Bratpfanne 28 cm mit Deckel und ein Geschirrtuch aus Leinen.",
        "Bratpfanne 28 cm mit Deckel und Geschirrtuch aus Leinen mit Garantie.",
        "Bratpfanne 28 cm mit Deckel und Geschirrtuch aus Leinen gratis.",
        "Bratpfanne 28 cm mit Deckel enthält Geschirrtuch aus Leinen.",
        "Bratpfanne 28 cm mit Deckel für Geschirrtuch aus Leinen.",
        "Geschirrtuch aus Leinen in Bratpfanne 28 cm mit Deckel.",
        "Nimm zwei Geschirrtuch aus Leinen und Bratpfanne 28 cm mit Deckel.",
        "Drei Artikel: Bratpfanne 28 cm mit Deckel und Geschirrtuch aus Leinen.",
        "The Bratpfanne 28 cm mit Deckel und Geschirrtuch aus Leinen.",
        "Bratpfanne 28 cm mit Deckel und Geschirrtuch aus Leinen. Alles ist von Eisenhof.",
    ):
        assert told(false, PAN, LINEN, language=DE), false


def test_shape_and_title_are_checked_too():
    names = "Red retrospot jumbo bag and blue glass lamp 12 W"
    good = f"The {names}."
    assert violations(BundleText(names, f"The {names.replace('and', 'and the')}."), (BAG, LAMP), EN) == []
    for title, description in (
        ("", good),
        (names, ""),
        (names, "The red retrospot jumbo bag."),
        (names, good.rstrip(".")),
        (names, good.replace(" and", "\nand")),
        (f"{names} " * 9, good),
        ("Bag and lamp", good),
        ("Teapot and lamp", good),
        (f"{names}: all by Lumo", good),
    ):
        assert violations(BundleText(title, description), (BAG, LAMP), EN), (title, description)


def test_templates_state_only_facts_and_counts():
    text = template((BAG, LAMP), 12, EN)
    assert text == BundleText(
        "Red retrospot jumbo bag and blue glass lamp 12 W",
        "Red retrospot jumbo bag and blue glass lamp 12 W. Bought together in 12 baskets.",
    )
    assert template((PAN, LINEN), 1, DE).description == (
        "Bratpfanne 28 cm mit Deckel und Geschirrtuch aus Leinen (Küche). Zusammen gekauft in einem Warenkorb."
    )
    assert template((BAG, BAG, LAMP), 0, EN) == BundleText(
        "2 × red retrospot jumbo bag and blue glass lamp 12 W", "2 × red retrospot jumbo bag and blue glass lamp 12 W."
    )
