import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.ranking.lexical import word_neighbours, word_of_price, words_of_product
from recommender.ranking.nearest import best


def test_same_words_are_nearest_and_no_text_is_its_own_neighbour():
    found = word_neighbours(["red wool scarf", "red wool hat", "garden hose", "wool scarf red"]).toarray()
    assert found[0].argmax() == 3
    assert found[0, 3] > found[0, 1] > found[0, 2] == 0
    assert found.diagonal().tolist() == [0, 0, 0, 0]


def test_texts_without_words_have_no_neighbours():
    assert word_neighbours(["", "…", "!"]).nnz == 0
    assert word_neighbours([]).shape == (0, 0)


def test_the_words_are_title_brand_path_and_description():
    assert words_of_product("Cup", None, ["Home", "Kitchen"], None).split() == ["Cup", "Home", "Kitchen"]
    assert words_of_product("Cup", "Arden", [], "Blue.") == "Cup Arden Blue."


def test_a_price_is_a_word_that_prices_of_its_step_share():
    assert word_of_price(10.0, 1) == word_of_price(10.2, 1) != word_of_price(25.0, 1)
    assert word_of_price(8.0, 1) == word_of_price(9.0, 1) != word_of_price(9.0, 8)
    assert word_of_price(0.001, 1) == word_of_price(0.01, 1) == "pricestep0"
    assert word_of_price(None, 1) == word_of_price(0.0, 1) == ""
    cheap, dear = (f"lamp {word_of_price(price, 1)}" for price in (10.0, 90.0))
    found = word_neighbours([f"clock {word_of_price(10.1, 1)}", cheap, dear]).toarray()
    assert found[0, 1] > found[0, 2] == 0


row_of_five = st.lists(st.sampled_from([0.0, 0.1, 0.1000001, 0.5, -2.0]), min_size=5, max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(row_of_five, max_size=4), st.integers(1, 7))
def test_best_is_a_stable_sort_of_rounded_scores(rows, k):
    score = np.array(rows, np.float32).reshape(-1, 5)
    score[:, 2] = -np.inf  # not allowed
    for row, found in zip(score, best(score, k), strict=True):
        plain = sorted((0, 1, 3, 4), key=lambda i: (-np.rint(np.float64(row[i]) * 1e6), i))[:k]
        assert found.tolist() == plain + [-1] * (k - len(plain))
