"""Reviews that buyers write some days after a purchase, in English, sometimes in German or French."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from demo_shop.behaviour import ShopRun
from demo_shop.calendar import local_day
from demo_shop.categories import CATEGORIES, Category
from demo_shop.phrases import capitalised, pick, with_article
from demo_shop.review_words import (
    BRIEF_BAD,
    BRIEF_GOOD,
    CLOSINGS,
    FAMILY_NAMES,
    FIRST_NAMES,
    FRENCH,
    GERMAN,
    LOVES,
    MIDDLES,
    SIGHS,
    TITLES_BAD,
    TITLES_GOOD,
)
from demo_shop.themes import THEMES

DAY_MS = 86_400_000
TRIES = 20
EMOJI = (" 😍", " 👍", " 🎁✨", " ❤️")


class Review(NamedTuple):
    """One review; `at` in milliseconds since 1970."""

    at: int
    user_id: str
    product: int
    rating: int
    title: str
    text: str
    helpful_votes: int
    reviewer_name: str


def write_reviews(
    rng: np.random.Generator, shop: ShopRun, events: pd.DataFrame, end: int, speaks_of: np.ndarray
) -> list[Review]:
    """Reviews of about half of the purchases of known users, 2 to 12 days later and before `end` ms, oldest first.

    `speaks_of` [products] is the product that the words of a review describe: its own, unless texts are shuffled.
    """
    bought = events[(events["event_type"] == "purchase") & events["user_id"].notna()]
    people = {user_id: index for index, user_id in enumerate(shop.people.ids) if user_id}
    first = local_day(int(events["at"].iloc[0])).toordinal()
    reviews: list[Review] = []
    spoken: set[tuple[str, ...]] = set()
    for at, user_id, product in zip(bought["at"], bought["user_id"], bought["product"], strict=True):
        later = int(at) + int(rng.uniform(2, 12) * DAY_MS)
        if rng.random() > 0.5 or later >= end:
            continue
        person = people[user_id]
        fit = shop.fit(person, local_day(int(at)).toordinal() - first, product)
        mean = 2.3 + 2.2 * fit + 0.5 * shop.catalogue.quality[product]
        rating = int(np.clip(round(mean + rng.normal(0, 0.8)), 1, 5))
        title, text = _words(rng, shop, int(speaks_of[product]), rating, spoken)
        votes = int(rng.poisson(0.7))
        reviews.append(Review(later, user_id, int(product), rating, title, text, votes, name_of(person)))
    return sorted(reviews)


def name_of(person: int) -> str:
    """The name under which a person writes; always the same."""
    return f"{FIRST_NAMES[person % len(FIRST_NAMES)]} {FAMILY_NAMES[person // len(FIRST_NAMES) % len(FAMILY_NAMES)]}"


def _words(
    rng: np.random.Generator, shop: ShopRun, product: int, rating: int, spoken: set[tuple[str, ...]]
) -> tuple[str, str]:
    """Title and text about the product's theme, category and quality.

    No two long texts consist of the same sentences (`spoken`), so that none is a copy by accident.
    """
    shelf = CATEGORIES[shop.catalogue.category[product]]
    theme = THEMES[int(np.argmax(shop.catalogue.themes[product]))]
    motif, other = (theme.motifs[i] for i in rng.permutation(len(theme.motifs))[:2])
    words = {
        "noun": shop.catalogue.nouns[product],
        "motif": motif,
        "a_motif": with_article(motif),
        "other": other,
        "scene": pick(rng, theme.scenes),
        "fans": pick(rng, theme.fans),
    }
    language = rng.random()
    if language < 0.12:
        good, bad = GERMAN if language < 0.08 else FRENCH
        title, text = (good if rating >= 4 else bad)[int(rng.integers(3))]
        return title, text.format(**words)
    title = capitalised(pick(rng, TITLES_GOOD if rating >= 4 else TITLES_BAD).format(**words))
    for _ in range(TRIES):
        sentences = _sentences(rng, shelf, rating)
        if sentences not in spoken:
            break
    else:
        return title, pick(rng, BRIEF_GOOD if rating >= 4 else BRIEF_BAD)
    spoken.add(sentences)
    text = " ".join(capitalised(sentence.format(**words)) for sentence in sentences)
    emoji = pick(rng, EMOJI) if rating == 5 and rng.random() < 0.2 else ""
    return title, text + emoji


def _sentences(rng: np.random.Generator, shelf: Category, rating: int) -> tuple[str, ...]:
    """Sentences for this rating, with the theme's words still to be filled in."""
    praise, complaint = pick(rng, shelf.praise), pick(rng, shelf.complaints)
    if rating >= 4:
        return pick(rng, LOVES), pick(rng, MIDDLES), f"{praise}." if rng.random() < 0.7 else pick(rng, CLOSINGS)
    if rating == 3:
        return pick(rng, MIDDLES), f"{praise}, but {complaint}."
    return pick(rng, SIGHS), f"{complaint}.", pick(rng, MIDDLES)
