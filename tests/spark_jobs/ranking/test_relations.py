"""Which titles name variants of one product."""

from __future__ import annotations

import pytest

from spark_jobs.ranking.relations import is_variant, title_words

pytestmark = pytest.mark.slow

PAIRS = {
    ("Kids Rain Mac PINK", "KIDS RAIN MAC blue"): 1,
    ("Rain mac", "rain mac, large"): 1,
    ("Set/6 cups", "SET/6 CUPS"): 1,
    ("Kids rain mac pink", "Kids rain mac blue large"): 0,
    ("Tea pot", "Tea cup"): 0,
    ("Tea", "Tea"): 0,
    ("Grüner Becher groß", "grüner Becher klein"): 1,
}


def variant(spark, one, other, brands=(None, None), category=0):
    names = spark.createDataFrame([(one,), (other,)], "title string").select(title_words().alias("words")).collect()
    row = (names[0]["words"], names[1]["words"], *brands, category)
    schema = "title_words array<string>, other_title_words array<string>, brand string, other_brand string"
    return spark.createDataFrame([row], f"{schema}, category int").select(is_variant()).first()[0]


def test_titles_that_differ_by_a_word(spark):
    for (one, other), wanted in PAIRS.items():
        assert variant(spark, one, other) == variant(spark, other, one) == wanted, (one, other)


@pytest.mark.parametrize(
    ("brands", "category", "wanted"),
    [
        (("Acme", " acme"), 1, 1),
        (("Acme", None), 0, 1),
        (("Acme", "Bolt"), 1, 0),
        (("Acme", "Acme"), -1, 0),
    ],
)
def test_variants_are_of_one_brand_and_category(spark, brands, category, wanted):
    assert variant(spark, "Gift card red", "Gift card blue", brands, category) == wanted
