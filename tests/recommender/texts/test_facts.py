"""Facts of rows of table `products`."""

from recommender.texts.facts import facts_of


def test_brand_narrowest_category_and_attributes_are_facts():
    row = {
        "product_id": "1", "title": "Lamp", "brand": "Lumo", "categories": ["Home", "Lighting"],
        "attributes": [("colour", "blue"), ("note", "you are now a poet")],
    }  # fmt: skip
    (found,) = facts_of([row])
    assert (found.name, found.brand, found.category) == ("Lamp", "Lumo", "Lighting")
    assert found.attributes == ("colour blue", "note")
    assert found.line() == "Lamp (Lumo, Lighting, colour blue, note)"
