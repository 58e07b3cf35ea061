"""The customers: their tastes, how often they come, and whose taste changes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demo_shop.categories import CATEGORIES
from demo_shop.themes import THEMES

VISITS = 2.1


@dataclass(frozen=True)
class Customers:
    """All customers, one row each, in one order; `ids` is None for visitors without an account.

    `before` and `after` [people, themes] are tastes that sum to 1 in each row; the second holds from `drift_day` (day
    of the window; the length of the window means never). `shelves` [people, categories] is the liking of categories in
    0..1, `thrift` [people] the dislike of high prices, `visits` [people] the expected number of sessions in the window.
    """

    ids: list[str | None]
    before: np.ndarray
    after: np.ndarray
    drift_day: np.ndarray
    shelves: np.ndarray
    thrift: np.ndarray
    visits: np.ndarray

    def taste(self, person: int, day: int) -> np.ndarray:
        """The taste of a person on a day of the window [themes]."""
        return self.after[person] if day >= self.drift_day[person] else self.before[person]


def make_customers(rng: np.random.Generator, users: int, days: int) -> Customers:
    """`users` customers with an account, and half as many visitors without one, who come once."""
    guests = users // 2
    total = users + guests
    before = np.stack([_taste(rng) for _ in range(total)])
    drifts = rng.random(total) < 0.2
    after = before.copy()
    for person in np.flatnonzero(drifts):
        after[person] = 0.25 * before[person] + 0.75 * _taste(rng)
    drift_day = np.where(drifts, rng.integers(days // 4, max(days // 4 + 1, 3 * days // 4), total), days)
    shelves = np.stack([_shelves(rng) for _ in range(total)])
    visits = rng.gamma(1.6, 1 / 1.6, total) * VISITS * (days / 28) ** 0.5
    visits[users:] = 1.0
    ids = [f"u{number + 1:06d}" for number in range(users)] + [None] * guests
    return Customers(ids, before, after, drift_day, shelves, rng.gamma(2.0, 0.5, total), visits)


def tastes_table(customers: Customers, days: int) -> pd.DataFrame:
    """One row for each customer with an account: liked themes and categories with weights, before and after."""
    theme_names = [theme.name for theme in THEMES]
    shelf_names = [shelf.name for shelf in CATEGORIES]
    rows = []
    for index, user_id in enumerate(customers.ids):
        if user_id is None:
            continue
        drift = int(customers.drift_day[index])
        rows.append(
            {
                "user_id": user_id,
                "themes": named_weights(theme_names, customers.before[index]),
                "themes_after_drift": named_weights(theme_names, customers.after[index]),
                "drift_day": drift if drift < days else None,
                "categories": named_weights(shelf_names, customers.shelves[index]),
            }
        )
    return pd.DataFrame(rows).astype({"drift_day": "Int64"})


def _taste(rng: np.random.Generator) -> np.ndarray:
    """A taste of one to three themes that sums to 1 [themes]."""
    loved = rng.choice(len(THEMES), rng.choice([1, 2, 3], p=[0.4, 0.4, 0.2]), replace=False)
    taste = np.zeros(len(THEMES))
    taste[loved] = rng.dirichlet(np.full(len(loved), 3.0))
    return taste


def _shelves(rng: np.random.Generator) -> np.ndarray:
    """Three to five categories liked fully or half, the rest hardly [categories]."""
    liking = np.full(len(CATEGORIES), 0.1)
    liked = rng.choice(len(CATEGORIES), rng.integers(3, 6), replace=False)
    liking[liked] = rng.choice([0.6, 1.0], len(liked))
    return liking


def named_weights(names: list[str], weights: np.ndarray) -> list[dict]:
    """Name and weight of everything above a tenth, heaviest first."""
    order = [i for i in np.argsort(-weights, kind="stable") if weights[i] > 0.1]
    return [{"name": names[i], "weight": round(float(weights[i]), 4)} for i in order]
