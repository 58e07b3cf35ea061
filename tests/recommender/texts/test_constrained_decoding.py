"""What constrained decoding allows: patterns of the language with the names of the products, none ungrounded."""

import itertools
import random
from collections import Counter

import numpy as np
import pytest

from recommender.texts.all_languages import LANGUAGES
from recommender.texts.constrained_decoding import OPENINGS, DecodingConstraint, bundle_patterns, sample_openings
from recommender.texts.facts import ProductFacts, words_of
from recommender.texts.grounding import BundleText, reason_violations, violations
from recommender.texts.language import NAME, expand

END = 0
BUNDLES = {
    2: (ProductFacts("red retrospot jumbo bag", "Retro", "Bags"), ProductFacts("blue bag 12 l", "Retro", "Bags")),
    3: (
        ProductFacts("Bratpfanne 28 cm mit Deckel", "Eisenhof", "Küche"),
        ProductFacts("Geschirrtuch aus Leinen", "", "Küche"),
        ProductFacts("large non-stick wok", "", "Küche"),
    ),
}
BUNDLES[5] = BUNDLES[2] + BUNDLES[3]


def encode(text):
    return tuple(ord(sign) for sign in text)


def drawn(constraint, start, rng):
    states, text = constraint.start(start), []
    while states:
        token = rng.choice(constraint.allowed(states))
        states = constraint.advance(states, token)
        text.append(token)
    assert text.pop() == END
    return "".join(map(chr, text)).strip()


def test_alternatives_are_written_out():
    assert expand("(a|b) c(| d).") == ("a c.", "a c d.", "b c.", "b c d.")


@pytest.mark.parametrize(("code", "size"), itertools.product(LANGUAGES, BUNDLES))
def test_whatever_is_drawn_is_grounded(code, size):
    facts, language, rng, few = BUNDLES[size], LANGUAGES[code], random.Random(1), np.random.default_rng(1)
    constraint, parts = DecodingConstraint(facts, encode, END), bundle_patterns(facts, language)
    texts = [BundleText(*(drawn(constraint, sample_openings(part, few), rng) for part in parts)) for _ in range(200)]
    assert {why for text in texts for why in violations(text, facts, language)} == set()
    assert len(set(texts)) > 150


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_words_of_all_patterns_are_in_the_closed_lists(code):
    language = LANGUAGES[code]
    for frame in (
        f for group in (language.title_patterns, language.description_patterns) for some in group.values() for f in some
    ):
        opening, *joints, closing = map(set, map(words_of, frame.split(NAME)))
        assert opening <= language.opening
        assert set().union(*joints) <= language.joining
        assert closing <= language.closing
    assert language.articles <= language.opening & language.joining
    assert language.not_before_name <= language.opening
    assert set(language.counting_words) <= language.not_before_name
    assert language.and_ in language.joining - language.articles


def written(facts, language):
    """All titles and all descriptions that may be written of `facts`, in one order of them."""
    for part in bundle_patterns(facts, language):
        yield [f.replace(NAME, "{}").format(*(product.name for product in facts)) for f in part]


@pytest.mark.parametrize(("code", "size"), itertools.product(LANGUAGES, BUNDLES))
def test_there_are_many_ways_to_begin_and_every_draw_leaves_a_few(code, size):
    _, sentences = bundle_patterns(BUNDLES[size], LANGUAGES[code])
    assert len({f.split(NAME)[0] for f in sentences}) > 12
    drawn = [sample_openings(sentences, np.random.default_rng(n)) for n in range(200)]
    first = [{f.split(" ")[0] for f in some} for some in drawn]
    assert {len(words) for words in first} == {OPENINGS}
    often = Counter(word for words in first for word in words)
    assert often.keys() == {f.split(" ")[0] for f in sentences}
    assert max(often.values()) < 2 * OPENINGS / len(often) * len(drawn)
    assert {len({f.split(NAME)[0] for f in some}) for some in drawn} == {OPENINGS}
    assert sample_openings(sentences, np.random.default_rng(5)) == drawn[5]


def test_each_product_of_a_list_has_its_article_and_none_is_a_text_of_its_own():
    knobs = tuple(ProductFacts(f"knob {colour}") for colour in ("blue", "green", "red", "black"))
    _, sentences = written(knobs, LANGUAGES["en"])
    assert all(text.count("the knob") == 4 for text in sentences)
    for code, facts in itertools.product(LANGUAGES, BUNDLES.values()):
        _, sentences = bundle_patterns(facts, LANGUAGES[code])
        assert not [s for s in sentences if s.lower().startswith((NAME, f"the {NAME}"))]


@pytest.mark.parametrize(
    ("code", "name", "never"),
    [
        ("en", "set of 4 knobs", "set"),
        ("en", "pair of knobs", "pair"),
        ("en", "cup with saucer", "with"),
        ("de", "Set aus 4 Tassen", "set"),
        ("de", "Tasse mit Henkel", "mit"),
        ("de", "Tasse und Teller", "und"),
    ],
)
def test_no_pattern_repeats_a_word_of_a_name(code, name, never):
    for others in (["tea pot"], ["tea pot", "lamp"]):
        titles, sentences = written([ProductFacts(n) for n in (name, *others)], LANGUAGES[code])
        assert titles
        assert sentences
        assert {words_of(text).count(never) for text in (*titles, *sentences)} == {1}


def test_and_is_repeated_only_where_nothing_else_joins():
    cup, pot, lamp = (ProductFacts(name) for name in ("cup and saucer", "tea pot", "lamp"))
    titles, sentences = written([cup, pot], LANGUAGES["en"])
    assert {words_of(text).count("and") for text in (*titles, *sentences)} == {1}
    titles, sentences = written([cup, pot, lamp], LANGUAGES["en"])
    assert {words_of(text).count("and") for text in titles} == {1}
    assert {words_of(text).count("and") for text in sentences} == {2}
    titles, sentences = written([ProductFacts("cup and saucer with lid alongside"), pot], LANGUAGES["en"])
    assert {words_of(text).count("with") for text in (*titles, *sentences)} == {1}
    assert {words_of(text).count("and") for text in sentences} == {2}


def test_tokens_without_an_alternative_are_the_only_ones_allowed():
    constraint = DecodingConstraint(BUNDLES[2], encode, END)
    states = constraint.start(["Take the * and the *."])
    written = []
    while len(allowed := constraint.allowed(states)) == 1:
        written.append(chr(allowed[0]))
        states = constraint.advance(states, allowed[0])
    assert "".join(written) == " Take the "


def test_lone_products_many_and_those_of_one_name_have_no_patterns():
    many = [ProductFacts(f"lamp of {sign}") for sign in "abcdefg"]
    for facts in (BUNDLES[2][:1], many, (*BUNDLES[2], BUNDLES[2][0])):
        assert bundle_patterns(facts, LANGUAGES["en"]) == ((), ())


@pytest.mark.parametrize(("code", "kind"), [(c, k) for c, lang in LANGUAGES.items() for k in lang.reason_patterns])
def test_drawn_reasons_are_accepted_for_their_kind_only(code, kind):
    language, rng, product = LANGUAGES[code], random.Random(1), BUNDLES[2][0]
    constraint = DecodingConstraint((product,), encode, END)
    texts = {drawn(constraint, language.reason_patterns[kind], rng) for _ in range(100)}
    assert {why for text in texts for why in reason_violations(text, kind, product, language)} == set()
    assert len(texts) > 4
    others = [k for k in language.reason_patterns if k != kind]
    assert all(reason_violations(text, other, product, language) for text in texts for other in others)


@pytest.mark.parametrize(
    "text",
    [
        "Fits the red retrospot jumbo bag",
        "All chose it together with the red retrospot jumbo bag",
        "Chosen together with the best red retrospot jumbo bag",
        "Chosen together with the blue bag 12 l",
        "Chosen together with the red retrospot jumbo bag by 9 customers",
        "",
    ],
)
def test_other_reasons_are_refused(text):
    for kind in LANGUAGES["en"].reason_patterns:
        assert reason_violations(text, kind, BUNDLES[2][0], LANGUAGES["en"])
