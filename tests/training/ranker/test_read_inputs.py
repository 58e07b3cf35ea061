import pyarrow as pa

from training.encoder.product_texts import product_words
from training.ranker.read_inputs import brand_numbers


def test_a_brand_has_one_number_however_it_is_written():
    rows = pa.table({"brand": pa.chunked_array([["Acme", None], ["acme ", "Other", "ACME"]])})
    one, nothing, *rest = brand_numbers(rows).tolist()
    assert nothing == -1
    assert rest == [one, rest[1], one]
    assert rest[1] not in (one, -1)


def test_a_catalogue_without_brands_or_products_has_none():
    assert brand_numbers(pa.table({"brand": pa.array([None, None], pa.string())})).tolist() == [-1, -1]
    assert brand_numbers(pa.table({"brand": pa.array([], pa.string())})).tolist() == []


def test_words_are_told_with_the_step_of_the_price_where_the_settings_ask_for_it():
    rows = {"title": ["Cup", "Pot"], "brand": ["Arden", None], "categories": [["Home"], []]}
    rows["description"] = [None, "Big."]
    plain = product_words(pa.table(rows))
    assert product_words(pa.table(rows | {"price": [4.0, None]}), 0) == plain
    priced, unpriced = product_words(pa.table(rows | {"price": [4.0, None]}), 2)
    assert priced.split() == [*plain[0].split(), "pricestep17"]
    assert unpriced.split() == plain[1].split()
