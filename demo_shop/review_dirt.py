"""Defects of reviews: refused rows, and personal data, markup and oddities in kept rows."""

import html
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from demo_shop.dirt import (
    Picker,
    broken_id,
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
from demo_shop.lines import SourceLine
from demo_shop.private_data import with_private_data
from demo_shop.review_copies import copied_reviews
from demo_shop.review_oddities import with_burst, with_oddities

SHARE = 0.025
TAGS = (
    "<p>{}</p>",
    "<b>{}</b>",
    "{}<br/><br />Greetings",
    '<div class="review">{}</div>',
    "{} <script>track()</script>",
)
BAD_RATINGS = (0, 11, "good", -1, "five")


def soil_reviews(
    rng: np.random.Generator, lines: list[SourceLine], last_day: date, unsold: tuple[str, ...]
) -> tuple[list[SourceLine], dict[str, list[str]]]:
    """The lines with their defects, and all personal data that was put into texts, by kind."""
    picker = Picker(rng, lines)
    kept, private = with_private_data(rng, picker, SHARE)  # first: few texts of a small shop are long enough
    added = [unreadable(rng, line) for line in picker.copies(SHARE)]
    added += [repeated(rng, lines[i], last_day) for i in picker.take(1.5 * SHARE)]
    added += [without_product(rng, line) for line in picker.copies(SHARE)]
    added += [broken_id(line, number) for number, line in enumerate(picker.copies(SHARE))]
    added += [undatable(rng, line) for line in picker.copies(SHARE)]
    added += [from_the_future(rng, line) for line in picker.copies(SHARE)]
    added += [too_late(rng, line, last_day) for line in picker.copies(SHARE, can_be_too_late(last_day))]
    added += [line.refused("bad_rating", rating=choose(rng, BAD_RATINGS)) for line in picker.copies(SHARE)]
    added += [
        line.refused("empty_text", title=choose(rng, ("", None, "  ")), text=choose(rng, ("", None, " ")))
        for line in picker.copies(SHARE)
    ]
    added += [unknown_product(rng, line, unsold) for line in picker.copies(SHARE)]
    added += [
        line.refused("written_twice", helpful_votes=int(line.fields["helpful_votes"] or 0) + 1)
        for line in picker.copies(SHARE)
    ]
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
