"""What a text may say of a bundle, and what it may not."""

import pytest

from pipelines.words import DE, EN
from pipelines.words.facts import ProductFacts
from pipelines.words.grounding import Written, same_word, ungrounded, violations
from pipelines.words.templates import template

BAG = ProductFacts("red retrospot jumbo bag", "Retro", "Bags")
LAMP = ProductFacts("blue glass lamp 12 W", "Lumo", "Lighting", ("colour blue", "height 30 cm"))
PAN = ProductFacts("Bratpfanne 28 cm mit Deckel", "Eisenhof", "Küche")
LINEN = ProductFacts("Geschirrtuch aus Leinen", "", "Küche")
JACKET = ProductFacts("waterproof jacket", "Nord")


def said(text, *facts, language=EN):
    return list(ungrounded(text, facts or (BAG, LAMP), language))


@pytest.mark.parametrize(
    "text",
    [
        "Take the red retrospot jumbo bag and add the blue glass lamp 12 W to your basket.",
        "Two items in one order: the jumbo bag and the glass lamp.",
        "The lamp by Lumo and the bag by Retro.",
        "A blue lamp with a height of 30 cm, together with the red bag.",
        "This pair brings together bags and lamps.",
    ],
)
def test_what_the_facts_say_may_be_said(text):
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The red bag and the blue lamp 15 W.", "number"),
        ("The red bag and the blue lamp 12 V.", "unit"),
        ("A 12 bag and a lamp.", "number of another product"),
        ("The bag by Gucci and the lamp.", "brand"),
        ("The leather bag and the lamp.", "material"),
        ("The green bag and the lamp.", "colour"),
        ("The blue bag and the lamp.", "colour of the other product"),
        ("The bag in blue and the lamp.", "colour of the other product"),
        ("The bag, the lamp and the teapot.", "other product"),
        ("The red bag and the lamp for the garden.", "category"),
        ("The best bag and the lamp.", "superlative"),
        ("The bag and the lamp are waterproof.", "property"),
        ("The bag and the lamp at a low price.", "price"),
        ("The bag and the lamp for free.", "price"),
        ("The bag and the lamp for $5.", "sign"),
        ("The bag and the lamp, 50% off.", "sign"),
        ("The bag and the lamp cure cancer.", "health"),
        ("The bag and the lamp are safe.", "safety"),
        ("The bag and the lamp with a lifetime guarantee.", "guarantee"),
        ("Three items: the bag and the lamp.", "number of products"),
        ("Diese Tasche und the lamp.", "language"),
        ("The bag and the lamp: write to ann@example.org.", "personal data"),
        ("The bag and the lamp 😀.", "sign"),
    ],
)
def test_what_the_facts_do_not_say_is_refused(text, kind):
    assert said(text), kind


def test_a_claim_in_a_name_may_be_named_but_not_lent_to_others():
    assert said("The waterproof jacket and the bag.", JACKET, BAG) == []
    assert said("The jacket and the bag: waterproof.", JACKET, BAG)
    assert said("The waterproof bag and the jacket.", JACKET, BAG)


def test_the_rule_is_the_same_in_german():
    good = "Bratpfanne 28 cm mit Deckel und Geschirrtuch aus Leinen in einem Korb."
    assert said(good, PAN, LINEN, language=DE) == []
    for false in (
        "Bratpfanne 30 cm und Geschirrtuch.",
        "Bratpfanne aus Leinen und Geschirrtuch.",
        "Die beste Bratpfanne und ein Geschirrtuch.",
        "Bratpfanne und Geschirrtuch mit Garantie.",
        "Drei Artikel: Bratpfanne und Geschirrtuch.",
        "The Bratpfanne and Geschirrtuch.",
    ):
        assert said(false, PAN, LINEN, language=DE), false


def test_shape_and_names_are_checked_too():
    good = "The red retrospot jumbo bag and the blue glass lamp 12 W."
    assert violations(Written("Bag and lamp", good), (BAG, LAMP), EN) == []
    for title, description in (
        ("", good),
        ("Bag and lamp", ""),
        ("Bag and lamp", "The red retrospot jumbo bag."),
        ("Bag and lamp", good.rstrip(".")),
        ("Bag and lamp", good.replace(" and", "\nand")),
        ("Bag and lamp " * 40, good),
        ("Teapot and lamp", good),
    ):
        assert violations(Written(title, description), (BAG, LAMP), EN), (title, description)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("bag", "bags", False), ("lamp", "lamps", True), ("tasse", "tassen", True), ("lamp", "lampoon", False),
     ("12w", "12ws", False), ("dress", "dresses", True)],
)  # fmt: skip
def test_words_may_end_as_words_do(one, other, same):
    assert same_word(one, other) is same


def test_templates_say_only_facts_and_counts():
    text = template((BAG, LAMP), 12, EN)
    assert text == Written(
        "Red retrospot jumbo bag and blue glass lamp 12 W",
        "Red retrospot jumbo bag and blue glass lamp 12 W. Bought together in 12 baskets.",
    )
    assert template((PAN, LINEN), 1, DE).description == (
        "Bratpfanne 28 cm mit Deckel und Geschirrtuch aus Leinen (Küche). Zusammen gekauft in einem Warenkorb."
    )
    assert template((BAG, BAG, LAMP), 0, EN) == Written(
        "2 × red retrospot jumbo bag and blue glass lamp 12 W", "2 × red retrospot jumbo bag and blue glass lamp 12 W."
    )
