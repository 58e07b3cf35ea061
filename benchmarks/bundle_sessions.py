"""Sessions of which people said what belongs together (Sun et al., SIGIR 2022), from files."""

from __future__ import annotations

import csv
import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.session_bundles.items import Items, Steps, Texts, kind_of
from pipelines.session_bundles.measures import Bundles
from training.encoder import Encoder
from training.quantised import QuantisedEncoder


@dataclass(frozen=True)
class Domain:
    """The `items` of a folder, and its sessions with two items and a bundle of two at least, in the order of their ids.

    `sessions` are places of items, `bundles` those of each session as sets of places.
    """

    items: Items
    sessions: list[np.ndarray]
    bundles: list[Bundles]

    @classmethod
    def read(cls, folder: Path, encoder: Encoder | QuantisedEncoder) -> Domain:
        """What is in `folder`, an item without title or category being one without any."""
        of_session, of_bundle = grouped(folder / "session_item.csv"), grouped(folder / "bundle_item.csv")
        named = grouped(folder / "session_bundle.csv")
        ids = sorted({item for items in of_session.values() for item in items})
        place = {item: at for at, item in enumerate(ids)}
        titles = {int(item): html.unescape(title) for item, title in rows(folder / "item_titles.csv")}
        paths = {int(item): category_paths(text) for item, text in rows(folder / "item_categories.csv")}
        told = [titles.get(item, "") for item in ids]
        brands = [title.split()[0] if title.split() else "" for title in told]
        categories = [paths.get(item, []) for item in ids]
        texts = Texts(
            told, encoder.embed(told), encoder.embed([kind_of(each) for each in categories]), categories, brands
        )
        sessions, bundles = [], []
        for session in sorted(of_session):
            sets = [frozenset(place[item] for item in of_bundle[bundle]) for bundle in named.get(session, [])]
            large = [each for each in sets if len(each) >= 2]
            if len(of_session[session]) >= 2 and large:
                sessions.append(np.array(sorted(place[item] for item in of_session[session])))
                bundles.append(large)
        return cls(Items.of(texts), sessions, bundles)


def rows(file: Path) -> Iterator[tuple[str, str]]:
    """The two columns of `file`, without their names."""
    with file.open(encoding="utf-8", newline="") as stream:
        lines = csv.reader(stream)
        next(lines)
        yield from ((first, second) for first, second in lines)


def grouped(file: Path) -> dict[int, list[int]]:
    """The different second numbers of each first one, in the order of the file."""
    found: dict[int, dict[int, None]] = defaultdict(dict)
    for first, second in rows(file):
        found[int(first)][int(second)] = None
    return {first: list(seconds) for first, seconds in found.items()}


def category_paths(text: str) -> list[Steps]:
    """Paths from wide to narrow out of `[[A,B],[A,C, D]]`; a comma with a space behind it is part of a name."""
    inner = text.strip().removeprefix("[[").removesuffix("]]")
    paths = (tuple(step.strip() for step in re.split(r",(?! )", path) if step.strip()) for path in inner.split("],["))
    return [path for path in paths if path]


def split(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places of 60 % of the sessions to learn from, 20 % to choose by, 20 % to judge by; cuts floored."""
    order = np.random.default_rng(seed).permutation(count)
    first, second = int(count * 0.6), int(count * 0.8)
    return order[:first], order[first:second], order[second:]


def split_other(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of 80 % of the sessions to learn from and 20 % to choose by, of a domain that is not judged."""
    order = np.random.default_rng(seed).permutation(count)
    cut = int(count * 0.8)
    return order[:cut], order[cut:]
