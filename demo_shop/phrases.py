"""Titles and descriptions of products, in plausible English."""

import numpy as np

from demo_shop.categories import Category
from demo_shop.themes import Theme

MOTIF_SKEW = 8
TITLES = (
    "{Motif} {Noun}",
    "{Noun} with {Motif}",
    "{Motif} {Noun} in {material}",
    "{Motif} and {Motif2} {Noun}",
    "{Noun} “{Motif}”",
    "The {Motif} {Noun}",
    "{Noun} – {Motif}",
)
OPENINGS = (
    "This {noun} shows {a_motif2} and {a_motif3}.",
    "{A_motif2} makes this {noun} a small event.",
    "A {noun} in {material} with {a_motif2} and {a_motif3}.",
    "Our {noun} pairs {a_motif2} with {a_motif3}.",
    "Look closely: {a_motif2} and {a_motif3} hide on this {noun}.",
    "{A_motif2} meets {a_motif3}.",
)
EXTRAS = (
    "Inside there is {a_motif4}.",
    "Turn it over to find {a_motif4}.",
    "Also to be had with {a_motif4}.",
    "A little {bare_motif4} looks on.",
)
MOODS = (
    "It brings to mind {scene}.",
    "A little of {scene} for every day.",
    "Think of {scene} and {scene2}.",
    "There is something of {scene} about it.",
    "{scene2}, {scene}: it is all here.",
)
GIFTS = ("A present for {fans}.", "Made for {fans}.", "For {fans} and those who live with them.")


BARE = {
    "Saturn",
    "Orion",
    "Gatsby",
    "Route 66",
    "Poe",
    "Harlem",
    "Medusa",
    "Pegasus",
    "Icarus",
    "Zeus",
    "Jane Austen",
    "Sherlock Holmes",
    "Bakelite",
    "Mount Fuji",
    "Poseidon's trident",
    "Athena's owl",
    "lavender",
    "ivy",
    "eucalyptus",
}
UNIQUE = {
    "Milky Way",
    "Matterhorn",
    "Orient Express",
    "Minotaur",
    "Nutcracker",
    "Riviera coast",
    "Jazz Age",
    "great wave",
}


def with_article(noun: str) -> str:
    """The noun as it stands in a sentence: "an anchor", "a Maine Coon", "the Matterhorn", "Saturn"."""
    if noun in BARE:
        return noun
    if noun in UNIQUE:
        return f"the {noun}"
    return f"{'an' if noun[0] in 'aeioAEIO8u' and not noun.startswith('uni') else 'a'} {noun}"


def capitalised(text: str) -> str:
    """The text with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def pick(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    """One of the choices, all equally likely."""
    return choices[int(rng.integers(len(choices)))]


def favourites(rng: np.random.Generator, theme: Theme, count: int) -> list[str]:
    """Different motifs of the theme; those at the head of its list are more likely."""
    odds = 1 / (np.arange(len(theme.motifs)) + MOTIF_SKEW)
    return [theme.motifs[i] for i in rng.choice(len(odds), count, replace=False, p=odds / odds.sum())]


def entitle(
    rng: np.random.Generator, shelf: Category, liked: list[Theme], material: str, taken: set[str]
) -> tuple[str, str, list[str]]:
    """A title not in `taken` (to which it is added), the noun it uses, and its motifs, those of the title first."""
    for attempt in range(50):
        motifs = favourites(rng, liked[0], 4)
        if len(liked) > 1:
            motifs[1] = pick(rng, liked[1].motifs)
        noun = pick(rng, shelf.nouns)
        title = pick(rng, TITLES).format(
            Motif=_headline(motifs[0]),
            Motif2=_headline(motifs[1]),
            Noun=_headline(noun),
            material=material,
        )
        title = title if attempt < 40 else f"{title} No. {len(taken)}"
        if title not in taken:
            break
    taken.add(title)
    return title, noun, motifs


def describe(
    rng: np.random.Generator, shelf: Category, theme: Theme, noun: str, motifs: list[str], material: str
) -> str:
    """A description of three to five sentences; most of its motifs are not in the title."""
    scenes = [theme.scenes[i] for i in rng.permutation(len(theme.scenes))[:2]]
    words = {
        "noun": noun,
        "material": material,
        "scene": scenes[0],
        "scene2": scenes[1],
        "fans": pick(rng, theme.fans),
        "bare_motif4": motifs[3],
        **{f"a_motif{i}": with_article(motif) for i, motif in enumerate(motifs, start=1)},
        "A_motif2": capitalised(with_article(motifs[1])),
    }
    sentences = [pick(rng, OPENINGS), pick(rng, MOODS), pick(rng, EXTRAS)]
    sentences += [pick(rng, shelf.uses)] if rng.random() < 0.25 else []
    sentences += [pick(rng, GIFTS)] if rng.random() < 0.8 else []
    return " ".join(capitalised(sentence.format(**words)) for sentence in sentences)


def _headline(text: str) -> str:
    """The text as in a title: words with a capital, small words small."""
    small = {"of", "in", "and", "the", "with"}
    return " ".join(word if word in small else capitalised(word) for word in text.split())
