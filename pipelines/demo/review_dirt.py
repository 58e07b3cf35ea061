"""Dirt in reviews: refused rows, and personal data, markup and oddities in rows that are kept."""

import html
import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from pipelines.demo.dirt import (
    Picker,
    can_be_too_late,
    choose,
    from_the_future,
    repeated,
    too_late,
    undatable,
    unknown_product,
    unreadable,
    without_product,
)
from pipelines.demo.lines import Line
from pipelines.demo.review_copies import copied_reviews
from pipelines.demo.review_oddities import with_burst, with_oddities

SHARE = 0.025
TAGS = (
    "<p>{}</p>",
    "<b>{}</b>",
    "{}<br/><br />Greetings",
    '<div class="review">{}</div>',
    "{} <script>track()</script>",
)
BAD_RATINGS = (0, 11, "good", -1, "five")
E_MAILS = ("Write to me at {} if you want it.", "Questions? {}", "meine Adresse: {}")
PHONES = ("Call me on {} for a swap.", "Tel. {}", "My number is {}, thanks.")
CARDS = ("I paid with card {} and was charged twice.", "Kreditkarte {} wurde belastet.")
LINKS = ("See https://photos.example.com/album/{}", "more at www.example.net/{}?ref=review")


def soil_reviews(
    rng: np.random.Generator, lines: list[Line], last_day: date, unsold: tuple[str, ...]
) -> tuple[list[Line], dict[str, list[str]]]:
    """The lines with what is wrong and private in them, and all private data that was put into texts, by kind."""
    picker = Picker(rng, lines)
    added = [unreadable(rng, line) for line in picker.copies(SHARE)]
    added += [repeated(rng, lines[i], last_day) for i in picker.take(1.5 * SHARE)]
    added += [without_product(rng, line) for line in picker.copies(SHARE)]
    added += [undatable(rng, line) for line in picker.copies(SHARE)]
    added += [from_the_future(rng, line) for line in picker.copies(SHARE)]
    added += [too_late(rng, line, last_day) for line in picker.copies(SHARE, can_be_too_late(last_day))]
    added += [line.refused("bad_rating", rating=choose(rng, BAD_RATINGS)) for line in picker.copies(SHARE)]
    added += [
        line.refused("empty_text", title=choose(rng, ("", None, "  ")), text=choose(rng, ("", None, " ")))
        for line in picker.copies(SHARE)
    ]
    added += [unknown_product(rng, line, unsold) for line in picker.copies(SHARE)]
    kept, private = _with_private_data(rng, picker)
    for i in picker.take(2 * SHARE):
        text = html.escape(kept[i].fields["text"]).replace("é", "&eacute;").replace("ü", "&uuml;")
        kept[i] = kept[i].with_fields("markup", text=choose(rng, TAGS).format(text))
    for i in picker.take(SHARE):
        kept[i] = kept[i].with_fields("rating as text", rating=str(kept[i].fields["rating"]))
    for i in picker.take(SHARE):
        kept[i] = kept[i].with_fields("text only", title=None)
    for i in picker.take(SHARE, lambda line: line.day < last_day):
        day = min(last_day, kept[i].day + timedelta(days=int(rng.integers(1, 4))))
        kept[i] = replace(kept[i], day=day, note="one to three days late")
    added += copied_reviews(rng, picker, SHARE, last_day)
    kept = with_oddities(rng, picker, kept, SHARE)
    return with_burst(rng, picker, kept + added), private


def _with_private_data(rng: np.random.Generator, picker: Picker) -> tuple[list[Line], dict[str, list[str]]]:
    """All lines of the picker, some with an address, a number or a link at the end of their text; and these."""
    lines = list(picker.lines)
    kinds = (("emails", E_MAILS, _e_mail), ("phones", PHONES, _phone), ("cards", CARDS, _card), ("urls", LINKS, _slug))
    private: dict[str, list[str]] = {}
    for kind, sentences, invent in kinds:
        private[kind] = []
        # A brief text that many write would grow so long with this that it counts as copied.
        for i in picker.take(SHARE, lambda line: len(line.fields["text"].split()) > 10) or picker.take(SHARE):
            secret = invent(rng, lines[i].fields["reviewer_name"])
            sentence = choose(rng, sentences).format(secret)
            private[kind].append(re.search(r"\S*example\S*", sentence).group() if kind == "urls" else secret)
            lines[i] = lines[i].with_fields(kind, text=f"{lines[i].fields['text']} {sentence}")
    return lines, private


def _e_mail(rng: np.random.Generator, name: str) -> str:
    """An address made of a name, under a domain that nobody can have."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ł", "l").replace("Ł", "L"))
    local = re.sub(r"[^a-z.]", "", plain.lower().replace(" ", "."))
    return f"{local}{rng.integers(10, 99)}@{choose(rng, ('example.org', 'mail.example.com', 'example.de'))}"


def _phone(rng: np.random.Generator, name: str) -> str:
    """A telephone number of a range kept for films."""
    n = int(rng.integers(100, 199))
    french = f"+33 1 99 00 {n // 10} {n % 90 + 10}"
    return choose(rng, (f"+49 30 23125 {n}", f"030 23125-{n}", f"+44 20 7946 0{n}", f"+1 202-555-0{n}", french))


def _card(rng: np.random.Generator, name: str) -> str:
    """A card number whose check digit is right (Luhn)."""
    digits = [4, 1, 1, 1, 1, 1, *(int(d) for d in rng.integers(0, 10, 9))]
    doubled = [sum(divmod(2 * d, 10)) if i % 2 == 0 else d for i, d in enumerate(digits)]
    number = "".join(map(str, [*digits, -sum(doubled) % 10]))
    return choose(rng, ("", " ", "-")).join(number[i : i + 4] for i in range(0, 16, 4))


def _slug(rng: np.random.Generator, name: str) -> str:
    """The last part of a link."""
    return f"{choose(rng, ('mug', 'unboxing', 'living-room', 'gift'))}-{rng.integers(1000, 9999)}"
