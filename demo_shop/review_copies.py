"""Reviews that were written before: copied by others (refused), or repeated by the same user (kept)."""

import re
from dataclasses import replace
from datetime import date

import numpy as np

from demo_shop.calendar import iso, local_day
from demo_shop.dirt import Picker, choose
from demo_shop.lines import SourceLine

DAY_MS = 86_400_000
LONG = 26  # words; one other word in so many leaves four fifths of the word pairs, and more
SWAPS = ("really", "quite", "truly", "indeed", "honestly")
ENDINGS = ("Thanks a lot!", "So good.", "Cheers")


def copied_reviews(rng: np.random.Generator, picker: Picker, share: float, last_day: date) -> list[SourceLine]:
    """Exact copies of `share` of the lines, lightly edited copies of as many, and as many repeated by the same user."""
    added = []
    for edit in (_exactly, _lightly_edited):
        for line in _long_lines(picker, share, last_day):
            other = _somebody_else(rng, picker.lines, line)
            fields = {name: other.fields[name] for name in ("user_id", "reviewer_name")}
            copy = replace(_later(rng, line, other, last_day), user_id=other.user_id)
            added.append(copy.refused("copied_text", text=edit(rng, line.fields["text"]), **fields))
    for line in _long_lines(picker, share, last_day):
        other = _somebody_else(rng, picker.lines, line)
        again = _later(rng, line, other, last_day)
        added.append(again.flagged("repeated", product_id=other.product_id))
        added[-1] = replace(added[-1], product_id=other.product_id)
    return added


def _long_lines(picker: Picker, share: float, last_day: date) -> list[SourceLine]:
    """Lines to copy, each with some minutes of its local day left."""

    def fits(line: SourceLine) -> bool:
        ends_today = local_day(int(line.at) + 300_000) == local_day(int(line.at))
        return ends_today and len(re.findall(r"\w+", line.fields["text"])) >= LONG

    return [picker.lines[i] for i in picker.take(share, fits)]


def _somebody_else(rng: np.random.Generator, lines: list[SourceLine], line: SourceLine) -> SourceLine:
    """A line of another user, about another product if there is one."""
    others = [other for other in lines if other.user_id != line.user_id]
    elsewhere = [other for other in others if other.product_id != line.product_id]
    return choose(rng, tuple(elsewhere or others))


def _later(rng: np.random.Generator, line: SourceLine, other: SourceLine, last_day: date) -> SourceLine:
    """The line minutes or days later, half of the time about the product of `other`."""
    days = int(rng.integers(0, min(5, (last_day - line.day).days) + 1))
    at = int(line.at) + int(rng.integers(20_000, 300_000)) + days * DAY_MS
    day = local_day(at)
    if day > last_day:
        at, day = int(line.at) + 1000, line.day
    product_id = other.product_id if rng.random() < 0.5 else line.product_id
    fields = {**line.fields, "ts": iso(at), "product_id": product_id, "helpful_votes": 0}
    return replace(line, at=at, day=day, fields=fields, product_id=product_id, note=None)


def _exactly(rng: np.random.Generator, text: str) -> str:
    return text


def _lightly_edited(rng: np.random.Generator, text: str) -> str:
    """The text with one other word, one word less, a few words more, or in capitals without commas."""
    words = text.split()
    places = [place for place, word in enumerate(words) if word.isalpha()]
    place = places[int(rng.integers(len(places)))]
    swapped = [*words[:place], choose(rng, SWAPS), *words[place + 1 :]]
    shorter = words[:place] + words[place + 1 :]
    changes = (swapped, shorter, [*words, choose(rng, ENDINGS)], [text.upper().replace(",", "")])
    return " ".join(choose(rng, changes))
