"""Sessions with bundles that people made (Sun et al., SIGIR 2022), read from files."""

from __future__ import annotations

import csv
import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.lib.bundle_measures import BundleSets
from recommender.session_bundles.items import CatalogueTexts, CategoryPath, Items, category_name
from training.encoder.encoder import Encoder
from training.encoder.quantised import QuantisedEncoder

SPLIT, SPLIT_OTHER = 3, 2  # sessions of which no part is empty
NUMBER = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Domain:
    """The `items` of a folder, and its sessions with at least two items and a bundle of two, in the order of their ids.

    `sessions` are places of items, `bundles` those of each session as sets of places.
    """

    items: Items
    sessions: list[np.ndarray]
    bundles: list[BundleSets]

    @classmethod
    def read(cls, folder: Path, encoder: Encoder | QuantisedEncoder, least: int) -> Domain:
        """The content of `folder`; an item without title or category counts as one without any.

        Only items of the session count in a bundle. Raises SystemExit where there are fewer than `least` sessions.
        """
        of_session = grouped(folder / "session_item.csv", "session", "item")
        of_bundle = grouped(folder / "bundle_item.csv", "bundle", "item")
        named = grouped(folder / "session_bundle.csv", "session", "bundle")
        ids = in_order({item for items in of_session.values() for item in items})
        place = {item: at for at, item in enumerate(ids)}
        sessions, bundles = [], []
        for session in in_order(of_session):
            own = set(of_session[session])
            sets = [frozenset(place[i] for i in of_bundle.get(b, []) if i in own) for b in named.get(session, [])]
            large = [each for each in sets if len(each) >= 2]
            if large:
                sessions.append(np.array(sorted(place[item] for item in own)))
                bundles.append(large)
        if len(sessions) < least:
            raise SystemExit(
                f"{folder} has {len(sessions)} sessions in which two items are a bundle; at least {least} are needed"
            )
        return cls(Items.of(texts_of(folder, ids, encoder)), sessions, bundles)


def texts_of(folder: Path, ids: Sequence[str], encoder: Encoder | QuantisedEncoder) -> CatalogueTexts:
    """Texts of the items `ids` in `folder`; the first word of a title counts as the brand."""
    titles = values_by_item(folder / "item_titles.csv", "titles?")
    paths = values_by_item(folder / "item_categories.csv", "categor(y|ies)")
    told = [html.unescape(titles.get(item, "")) for item in ids]
    brands = [title.split()[0] if title.split() else "" for title in told]
    categories = [category_paths(paths.get(item, "")) for item in ids]
    return CatalogueTexts(
        told, encoder.embed(told), encoder.embed([category_name(each) for each in categories]), categories, brands
    )


def rows(file: Path, first: str, second: str) -> Iterator[tuple[str, str]]:
    """The columns of `file` whose names match `first` and `second`, without lines that lack one or the first id.

    Without a match they are the first and second column; a file that begins with a number has no header. Raises
    SystemExit where there is no such file.
    """
    if not file.exists():
        raise SystemExit(f"{file} is missing; a folder needs session_item.csv, session_bundle.csv and bundle_item.csv")
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        lines = filter(any, csv.reader(stream))
        names = next(lines, [])
        one, other = (column_of(names, wanted, at) for at, wanted in enumerate((first, second)))
        begins = [names] if NUMBER.fullmatch("".join(names[:1]).strip()) else []
        for line in chain(begins, lines):
            if len(line) > max(one, other) and line[one].strip():
                yield line[one].strip(), line[other].strip()


def column_of(names: Sequence[str], wanted: str, otherwise: int) -> int:
    """Which of `names` matches `wanted`, ignoring case and a trailing `ID`."""
    plain = [re.sub(r"[\W_]|id$", "", name.lower()) for name in names]
    return next((at for at, name in enumerate(plain) if re.fullmatch(wanted, name)), otherwise)


def grouped(file: Path, first: str, second: str) -> dict[str, list[str]]:
    """The distinct ids in column `second` for each id in column `first`, in the order of the file."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for one, other in rows(file, first, second):
        if other:
            found[one][other] = None
    return {one: list(others) for one, others in found.items()}


def values_by_item(file: Path, column: str) -> dict[str, str]:
    """What `column` says of each item; nothing where there is no such file."""
    return dict(rows(file, "item", column)) if file.exists() else {}


def in_order(ids: Iterable[str]) -> list[str]:
    """`ids` sorted as whole numbers if all are, else as texts."""
    ordered = sorted(ids)
    return sorted(ordered, key=int) if all(map(NUMBER.fullmatch, ordered)) else ordered


def category_paths(text: str) -> list[CategoryPath]:
    """Paths from wide to narrow out of `[[A,B],[A,C, D]]`; a comma followed by a blank is part of a name."""
    inner = re.split(r"\]\s*,\s*\[", text.strip().strip("[]"))
    paths = (tuple(step.strip() for step in re.split(r",(?! )", path) if step.strip()) for path in inner)
    return [path for path in paths if path]


def split(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places of 60 % of the sessions for training, 20 % for validation, 20 % for the test, rounded down."""
    order = np.random.default_rng(seed).permutation(count)
    first, second = int(count * 0.6), int(count * 0.8)
    return order[:first], order[first:second], order[second:]


def split_other(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of 80 % of the sessions for training and 20 % for validation, of a domain that is not judged."""
    order = np.random.default_rng(seed).permutation(count)
    cut = int(count * 0.8)
    return order[:cut], order[cut:]
