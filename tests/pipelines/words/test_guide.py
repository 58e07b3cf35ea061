"""What a guided model can write: frames of the language with the bundle's products in them, all of them true."""

import itertools
import random

import pytest

from pipelines.words import LANGUAGES
from pipelines.words.facts import ProductFacts, words_of
from pipelines.words.grounding import Written, violations
from pipelines.words.guide import Guide, frames_of
from pipelines.words.language import frames
from pipelines.words.reasons import words_of_kind, wrong_reason

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


def drawn(guide, start, rng):
    readings, text = guide.start(start), []
    while readings:
        token = rng.choice(guide.allowed(readings))
        readings = guide.after(readings, token)
        text.append(token)
    assert text.pop() == END
    return "".join(map(chr, text)).strip()


def test_alternatives_are_written_out():
    assert frames("(a|b) c(| d).") == ("a c.", "a c d.", "b c.", "b c d.")


@pytest.mark.parametrize(("code", "size"), itertools.product(LANGUAGES, BUNDLES))
def test_whatever_is_drawn_is_grounded(code, size):
    facts, language, rng = BUNDLES[size], LANGUAGES[code], random.Random(1)
    titles, sentences = frames_of(facts, language)
    guide = Guide(facts, encode, END)
    texts = [Written(drawn(guide, titles, rng), drawn(guide, sentences, rng)) for _ in range(200)]
    assert {why for text in texts for why in violations(text, facts, language)} == set()
    assert len(set(texts)) > 150


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_words_of_the_frames_are_plain_and_none_claims(code):
    language = LANGUAGES[code]
    used = {w for f in (*language.titles.values(), *language.sentences.values()) for s in f for w in words_of(s)}
    used |= {w for line in (*language.of_brand, *language.of_category) for w in words_of(line)}
    assert used <= language.plain
    assert not language.plain & language.claims
    assert language.binding <= language.plain
    assert set(language.counts) <= language.plain


def test_where_one_token_only_may_follow_there_is_one():
    guide = Guide(BUNDLES[2], encode, END)
    readings = guide.start(["Take the * and the *."])
    written = []
    while len(allowed := guide.allowed(readings)) == 1:
        written.append(chr(allowed[0]))
        readings = guide.after(readings, allowed[0])
    assert "".join(written) == " Take the "


def test_lone_products_many_and_those_of_one_name_have_no_frames():
    many = [ProductFacts(f"lamp of {sign}") for sign in "abcdefg"]
    for facts in (BUNDLES[2][:1], many, (*BUNDLES[2], BUNDLES[2][0])):
        assert frames_of(facts, LANGUAGES["en"]) == ((), ())


@pytest.mark.parametrize(("code", "kind"), [(c, k) for c, lang in LANGUAGES.items() for k in lang.reason_frames])
def test_whatever_reason_is_drawn_says_what_its_kind_says(code, kind):
    language, rng, product = LANGUAGES[code], random.Random(1), BUNDLES[2][0]
    guide = Guide((product,), encode, END)
    texts = {drawn(guide, language.reason_frames[kind], rng) for _ in range(100)}
    assert {why for text in texts for why in wrong_reason(text, kind, product, language)} == set()
    assert len(texts) > 4
    others = [k for k in language.reason_frames if k != kind]
    assert all(wrong_reason(text, other, product, language) for text in texts for other in others)
    assert not words_of_kind(kind, language) & language.claims
