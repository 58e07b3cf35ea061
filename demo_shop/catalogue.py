"""The products of the demo shop: themes, texts, prices and days of sale."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from demo_shop.categories import BRANDS, CATEGORIES, COLOURS, COMPLEMENTS
from demo_shop.phrases import describe, entitle
from demo_shop.themes import THEMES


@dataclass(frozen=True)
class DemoCatalogue:
    """All products, one row each, in one order.

    `table` is what the shop writes. The rest is hidden truth: `themes` [products, themes] in 0..1, `category`
    [products] as an index into CATEGORIES, `quality` [products] about N(0, 1), `fame` [products] as the log of a Zipf
    weight, `from_day` and `to_day` [products]: first and last day of sale (0 = first day of the window). `complements`
    holds groups of product positions that people buy together, `nouns` [products] the noun that texts use for each
    product.
    """

    table: pd.DataFrame
    themes: np.ndarray
    category: np.ndarray
    quality: np.ndarray
    fame: np.ndarray
    from_day: np.ndarray
    to_day: np.ndarray
    complements: tuple[tuple[int, ...], ...]
    nouns: tuple[str, ...]

    @property
    def price(self) -> np.ndarray:
        """Prices in euros [products]."""
        return self.table["price"].to_numpy()


def make_catalogue(rng: np.random.Generator, count: int, first_day: date, days: int) -> DemoCatalogue:
    """A catalogue of `count` products for a window of `days` days from `first_day`."""
    category = _spread(rng, count, np.array([c.weight for c in CATEGORIES]))
    main = _spread(rng, count, np.ones(len(THEMES)))
    themes = np.zeros((count, len(THEMES)))
    themes[np.arange(count), main] = 1.0
    second = rng.integers(0, len(THEMES), count)
    mixed = (rng.random(count) < 0.2) & (second != main)
    themes[np.flatnonzero(mixed), second[mixed]] = 0.5
    quality = rng.normal(0, 1, count)
    from_day, to_day = _shelf_life(rng, count, days)
    fame = -0.9 * np.log(rng.permutation(count) + 4.0)
    table, nouns = _table(rng, category, themes, quality)
    table["available"] = to_day >= days
    old = rng.integers(20, 900, count)
    table["launched"] = [
        (first_day + timedelta(days=int(start if start > 0 else -age))).isoformat()
        for start, age in zip(from_day, old, strict=True)
    ]
    complements = _complements(rng, category, themes)
    return DemoCatalogue(table, themes, category, quality, fame, from_day, to_day, complements, nouns)


def with_other_texts(catalogue: DemoCatalogue, speaks_of: np.ndarray) -> DemoCatalogue:
    """A catalogue in which each product has the title and description of product `speaks_of[product]`."""
    texts = catalogue.table[["title", "description"]].to_numpy()[speaks_of]
    return replace(catalogue, table=catalogue.table.assign(title=texts[:, 0], description=texts[:, 1]))


def _spread(rng: np.random.Generator, count: int, weights: np.ndarray) -> np.ndarray:
    """`count` indices in random order, in shares as near to `weights` as whole numbers allow."""
    edges = np.cumsum(weights) / weights.sum() * count
    return rng.permutation(np.searchsorted(edges, np.arange(count) + 0.5))


def _shelf_life(rng: np.random.Generator, count: int, days: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last day of sale: 12 % are launched in the window, a third of them in its last 5 days; 3 % sell out."""
    order = rng.permutation(count)
    new, latest = max(2, round(0.12 * count)), max(1, round(0.04 * count))
    from_day, to_day = np.zeros(count, int), np.full(count, days)
    from_day[order[:new]] = rng.integers(1, max(2, days - 5), new)
    from_day[order[:latest]] = rng.integers(max(1, days - 5), days, latest)
    gone = order[new : new + max(1, round(0.03 * count))]
    to_day[gone] = rng.integers(days // 3, days, len(gone))
    return from_day, to_day


def _table(
    rng: np.random.Generator, category: np.ndarray, themes: np.ndarray, quality: np.ndarray
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The columns that the shop publishes of its products, without dates, and the noun of each product."""
    rows, nouns, taken = [], [], set()
    for index, (kind, weights) in enumerate(zip(category, themes, strict=True)):
        shelf = CATEGORIES[kind]
        material = shelf.materials[rng.integers(len(shelf.materials))]
        colour = COLOURS[rng.integers(len(COLOURS))]
        liked = [THEMES[t] for t in np.argsort(-weights)[: int((weights > 0).sum())]]
        title, noun, motifs = entitle(rng, shelf, liked, material, taken)
        low, high = shelf.price
        price = low * (high / low) ** np.clip(rng.beta(2, 2.4) + 0.06 * quality[index], 0, 1)
        rows.append(
            {
                "product_id": f"P{index + 1:05d}",
                "title": title,
                "description": describe(rng, shelf, liked[0], noun, motifs, material),
                "categories": shelf.path,
                "brand": BRANDS[rng.integers(len(BRANDS))],
                "price": round(float(np.floor(price) + rng.choice([0.5, 0.9, 0.95, 0.0])), 2),
                "attributes": json.dumps(
                    {"material": material, "colour": colour, "gift_wrap": bool(rng.random() < 0.6)}
                ),
            }
        )
        nouns.append(noun)
    return pd.DataFrame(rows), tuple(nouns)


def _complements(rng: np.random.Generator, category: np.ndarray, themes: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Groups of two or three products across categories, of one theme where the range has them, none used twice."""
    position = {shelf.name: index for index, shelf in enumerate(CATEGORIES)}
    free = np.ones(len(category), bool)
    groups = []
    for names in COMPLEMENTS * max(1, len(category) // 100):
        shelves = [np.flatnonzero(free & (category == position[name])) for name in names]
        if any(len(shelf) == 0 for shelf in shelves):
            continue
        group = [int(rng.choice(shelves[0]))]
        for shelf in shelves[1:]:
            group.append(int(shelf[np.argmax(themes[shelf] @ themes[group[0]] + 0.01 * rng.random(len(shelf)))]))
        free[group] = False
        groups.append(tuple(group))
    return tuple(groups)
