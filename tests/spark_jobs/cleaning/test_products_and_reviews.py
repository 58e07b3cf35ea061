"""The rules of reviews and of the catalogue."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.settings.cleaning import Cleaning
from spark_jobs.clean import RULES
from spark_jobs.cleaning.products import judge_products, typed_products, value_changes, with_aliases
from spark_jobs.cleaning.products_from_lines import products_of_lines

from ..conftest import dated_source, judged_rows

pytestmark = pytest.mark.slow

REVIEW = {"user_id": "u1", "product_id": "mug", "rating": "5", "text": "fine", "ts": "2025-03-10T10:00:00+01:00"}
REVIEWS = {
    "clean": REVIEW,
    "clean: title only": REVIEW | {"text": None, "title": "fine"},
    "clean: no rating": REVIEW | {"rating": None},
    "clean: rating with a point": REVIEW | {"rating": "4.5"},
    "unreadable": {"readable": False},
    "missing_product": REVIEW | {"product_id": None},
    "bad_id": REVIEW | {"user_id": "u\t1"},
    "bad_time": REVIEW | {"ts": "yesterday"},
    "impossible_time": REVIEW | {"ts": "2025-03-12T10:00:00+01:00"},
    "too_late": REVIEW | {"ts": "2025-03-01T10:00:00+01:00"},
    "bad_rating: zero": REVIEW | {"rating": "0"},
    "bad_rating: eleven": REVIEW | {"rating": "11"},
    "bad_rating: a word": REVIEW | {"rating": "five"},
    "bad_rating: before an empty text": REVIEW | {"rating": "five", "text": None},
    "empty_text": REVIEW | {"text": None},
    "empty_text: only markup": REVIEW | {"text": "<br/>&nbsp;"},
    "unknown_product": REVIEW | {"product_id": "cup"},
    "written_twice": REVIEW | {"ts": "2025-03-10T11:00:00+01:00", "helpful_votes": "7"},
    "clean: about another product": REVIEW | {"product_id": "bowl"},
    "clean: the first with this text": REVIEW
    | {"text": "the fox on this mug looks at me with wise eyes every morning"},
    "copied_text": REVIEW | {"user_id": "u2", "text": "The fox on this mug looks at me with wise eyes, every morning!"},
    "clean: of tomorrow, for the next night": REVIEW | {"ts": "2025-03-11T10:00:00+01:00"},
}
PRODUCT = {"product_id": "mug", "title": "Mug"}
PRODUCTS = {
    "clean": PRODUCT,
    "clean: a price and what it costs": PRODUCT | {"product_id": "p1", "price": "€ 12,50", "cost": "€ 7,20"},
    "unreadable": {"readable": False},
    "missing_product": PRODUCT | {"product_id": None},
    "bad_id": PRODUCT | {"product_id": '{"code": 1}'},
    "bad_number: no number": PRODUCT | {"product_id": "p2", "price": "on request"},
    "bad_number: negative": PRODUCT | {"product_id": "p3", "price": "-1"},
    "bad_number: a cost that is none": PRODUCT | {"product_id": "p7", "cost": "secret"},
    "bad_number: before a missing title": {"product_id": "p4", "price": "tba"},
    "missing_title": {"product_id": "p5"},
    "missing_title: only markup": {"product_id": "p6", "title": "<b> </b>"},
    "not_a_product": {"product_id": "POST", "title": "Postage"},
    "duplicate_code": PRODUCT | {"title": "Mug (new edition)"},
    "clean: the first good row of a code": PRODUCT | {"product_id": "p2"},
}

AVAILABLE = {
    "Discontinued": False,
    "sold out": False,
    "no": False,
    "0": False,
    "FALSE": False,
    "yes": True,
    "soon": True,
}


def expected(rows):
    return {name: name.split(":")[0] for name in rows}


def test_reviews(rows_of):
    rows = rows_of("reviews", [row | {"row": name} for name, row in REVIEWS.items()])
    judged = judged_rows(dated_source("reviews"), rows, "mug", "bowl")
    assert {r["row_hash"]: r["verdict"] for r in judged.collect()} == expected(REVIEWS)
    assert {r.reason for r in RULES["reviews"]} <= set(expected(REVIEWS).values())


def test_products(rows_of):
    rows = rows_of("products", [row | {"row": name} for name, row in PRODUCTS.items()])
    cleaning = Cleaning(not_products="^POST$")
    judged = judge_products(typed_products(rows, cleaning), cleaning)
    assert {r["row_hash"]: r["verdict"] for r in judged.collect()} == expected(PRODUCTS)
    assert {r.reason for r in RULES["products"]} <= set(expected(PRODUCTS).values())


DELIVERED = {n: date(2025, 3, n) for n in (8, 9, 10)}


def test_the_newest_delivery_of_a_code_counts_and_older_ones_are_no_quarantine(rows_of):
    rows = {
        "superseded: first price": {"price": "5", "delivered": DELIVERED[8]},
        "superseded: dearer": {"price": "7", "delivered": DELIVERED[9]},
        "bad_number: nonsense": {"price": "?", "delivered": DELIVERED[10]},
        "clean: the first price again": {"price": "5", "available": "no", "delivered": DELIVERED[10]},
        "duplicate_code: twice in one delivery": {"price": "6", "delivered": DELIVERED[10], "file": "z.csv"},
    }
    raw = rows_of("products", [PRODUCT | row | {"row": name} for name, row in rows.items()])
    judged = judge_products(typed_products(raw, Cleaning()), Cleaning()).cache()
    assert {r["row_hash"]: r["verdict"] for r in judged.collect()} == expected(rows)
    (changes,) = value_changes(judged).collect()
    assert [tuple(change) for change in changes["prices"]] == list(
        zip(DELIVERED.values(), (5.0, 7.0, 5.0), strict=True)
    )
    assert [change["value"] for change in changes["availabilities"]] == [True, True, False]


def test_a_line_that_comes_again_counts_from_its_newest_delivery(rows_of):
    lines = [("same line", 8, "5"), ("another price", 9, "7"), ("same line", 10, "5")]
    raw = rows_of(
        "products", [PRODUCT | {"row": row, "delivered": DELIVERED[day], "price": price} for row, day, price in lines]
    )
    judged = judge_products(typed_products(raw, Cleaning()), Cleaning()).collect()
    assert {(r["delivered"], r["verdict"]) for r in judged} == {
        (DELIVERED[8], "superseded"), (DELIVERED[9], "superseded"), (DELIVERED[10], "clean"),
    }  # fmt: skip


def test_what_a_clean_product_holds(rows_of):
    nested = {
        "product_id": "17850.0",
        "title": "<b>Mug &amp; Cup</b>",
        "description": '["One.", "Two <br>three."]',
        "price": "$1,299.00",
        "categories": '[["A"], ["Home", "Kitchen &amp; Bath", "Mugs"]]',
        "attributes": '{"colour": "red", "n": {"x": 1}}',
        "available": "0",
    }
    flat = {"product_id": "b", "title": "B", "categories": " Home >Kitchen>  Mugs ", "available": "In stock"}
    piped, listed = (
        {"product_id": "c", "title": "C", "categories": "A|B"},
        {"product_id": "d", "title": "D", "categories": '["A", "A", "B"]'},
    )
    rows = rows_of("products", [row | {"row": row["product_id"]} for row in (nested, flat, piped, listed)])
    a, b, c, d = sorted(typed_products(rows, Cleaning()).collect(), key=lambda r: r["product_id"])
    assert (a["product_id"], a["title"], a["description"], a["price"]) == (
        "17850",
        "Mug & Cup",
        "One. Two three.",
        1299.0,
    )
    assert a["categories"] == ["Home", "Kitchen & Bath", "Mugs"]
    assert a["attributes"] == {"colour": "red", "n": '{"x":1}'}
    assert not a["available"]
    assert (b["categories"], b["available"], b["attributes"], b["price"]) == (
        ["Home", "Kitchen", "Mugs"],
        True,
        None,
        None,
    )
    assert (c["categories"], d["categories"]) == (["A", "B"], ["A", "B"])
    assert len({r["text_hash"] for r in (a, b, c, d)}) == 4


def test_other_titles_of_a_code_are_its_aliases(rows_of):
    titles = ["Mug", "Mug old", "Mug <b>old</b>", "Cup", "Mug", "Ask jane@shop.example", "Bowl", "Bowl"]
    rows = rows_of("products", [PRODUCT | {"title": t, "row": f"{n}"} for n, t in enumerate(titles)])
    judged = judge_products(typed_products(rows, Cleaning()), Cleaning())
    (one,) = with_aliases(judged.where("verdict = 'clean'"), judged, 3).collect()
    assert (one["title"], one["aliases"]) == ("Mug", ["Bowl", "Mug old", "Ask [email]"])


def test_titles_of_order_lines_are_aliases_by_how_many_say_so(spark, rows_of):
    titles = {"Mug": 5, "Ask jane@shop.example": 1, "mug": 1, "Big mug": 3}
    said = [*(("mug", title, lines) for title, lines in titles.items()), ("cup", "Cup", 1)]
    columns = "product_id string, title string, lines long, block long, line long, row_hash string, length int"
    place = "readable boolean, delivery string, file string, delivered date, reason string"
    tuples = [(*row, 0, n, f"{n}", 9, True, "d", "f.csv", None, None) for n, row in enumerate(said)]
    rows = products_of_lines(spark.createDataFrame(tuples, f"{columns}, {place}"), ["title"])
    judged = judge_products(typed_products(rows, Cleaning()), Cleaning())
    found = {r["product_id"]: r["aliases"] for r in with_aliases(judged, judged, 5).collect()}
    assert found == {"mug": ["Big mug", "Ask [email]", "mug"], "cup": []}


def test_a_product_without_a_brand_or_out_of_the_catalogue_is_a_product(rows_of):
    rows = [PRODUCT | {"product_id": f"p{n}", "available": word, "row": word} for n, word in enumerate(AVAILABLE)]
    typed = typed_products(rows_of("products", rows), Cleaning()).collect()
    assert {r["row_hash"]: r["available"] for r in typed} == AVAILABLE
    assert {(r["brand"], r["reason"]) for r in typed} == {(None, None)}
