"""Training labels from visits: of the products seen, those bought are one bundle; and the bundler fitted on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.settings.session_bundles import SessionBundles
from recommender.bundles.visit_bundles import VisitBundler
from recommender.session_bundles.items import CatalogueTexts, Items, category_name
from recommender.session_bundles.session_bundler import SessionBundler
from recommender.session_bundles.subsets import MAX_ITEMS
from training.bundles.fit_bundles import fit_bundles
from training.bundles.labelled_sessions import label_sessions

VALIDATION_PART = 5  # the latest fifth of the visits is the validation set
Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Catalogue:
    """`products`: rows of table `products`, sorted by id; `vectors` (n, d): the model's of their texts.

    `embed` gives the vectors of other texts by the same model.
    """

    products: pa.Table
    vectors: np.ndarray
    embed: Embed

    @property
    def product_ids(self) -> np.ndarray:
        """str (n,)"""
        return np.array(self.products["product_id"].to_pylist(), dtype=str)


@dataclass(frozen=True)
class LabelledVisit:
    """Rising places in the catalogue of the products `seen` on a visit, and of those `bought`."""

    seen: np.ndarray
    bought: np.ndarray


def fit_visit_bundler(
    sessions: pa.Table, catalogue: Catalogue, run_date: date, settings: SessionBundles, seed: int
) -> VisitBundler | None:
    """A bundler fitted on the latest visits of table `sessions`; None where fewer than `least_learned` have negatives.

    A visit has negatives where not everything seen was bought. The bundler knows the products of these visits and of
    all visits of the last `open_days` days, which are those that get bundles.
    """
    product_ids = catalogue.product_ids
    visits = labelled_visits(sessions, product_ids)[-settings.most_learned :]
    if sum(len(visit.bought) < len(visit.seen) for visit in visits) < settings.least_learned:
        return None
    since = run_date - timedelta(days=settings.open_days - 1)
    recent = pc.list_flatten(sessions.filter(pc.field("day") >= since)["products"]).unique().to_pylist()
    used = np.unique(np.concatenate([places(recent, product_ids), *(v.seen for v in visits)]))
    items = items_of(catalogue, used)
    cut = len(visits) - max(len(visits) // VALIDATION_PART, 1)
    train, validation = (
        label_sessions(
            items, [np.searchsorted(used, v.seen) for v in part], [[np.searchsorted(used, v.bought)] for v in part]
        )
        for part in (visits[:cut], visits[cut:])
    )
    bundler = SessionBundler(fit_bundles(train, validation, settings, seed), settings.draws)
    return VisitBundler(bundler, items, product_ids[used])


def labelled_visits(sessions: pa.Table, product_ids: np.ndarray) -> list[LabelledVisit]:
    """The visits with two products bought and at most `MAX_ITEMS` seen, oldest first.

    Products that are not in the catalogue are left out.
    """
    buying = sessions.filter(pc.greater(pc.list_value_length(sessions["bought"]), 1))
    rows = buying.sort_by([("day", "ascending"), ("session_key", "ascending")]).select(["products", "bought"])
    visits = (
        LabelledVisit(*(places(row[name], product_ids) for name in ("products", "bought"))) for row in rows.to_pylist()
    )
    return [visit for visit in visits if len(visit.bought) > 1 and len(visit.seen) <= MAX_ITEMS]


def places(products: Sequence[str], product_ids: np.ndarray) -> np.ndarray:
    """int64, rising: places in the sorted `product_ids` of those `products` that are in it."""
    known = np.intersect1d(np.array(products, dtype=str), product_ids)
    return np.searchsorted(product_ids, known)


def items_of(catalogue: Catalogue, used: np.ndarray) -> Items:
    """The session bundler's items for the products at the places `used` int64 (k,)."""
    rows = catalogue.products.select(["title", "brand", "categories"]).take(used).to_pylist()
    paths = [[tuple(row["categories"])] if row["categories"] else [] for row in rows]
    names, of = np.unique([category_name(each) for each in paths], return_inverse=True)
    brands = [row["brand"] or "" for row in rows]
    vectors, kinds = _unit(catalogue.vectors[used]), _unit(catalogue.embed(names.tolist()))[of]
    return Items.of(CatalogueTexts([row["title"] for row in rows], vectors, kinds, paths, brands))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
