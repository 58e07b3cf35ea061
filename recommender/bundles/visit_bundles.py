"""Bundles of the products of one visit: by the learned bundler, or by clustering where there is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy import sparse

from pipelines.atomic_files import clear_folder, write_json
from recommender.bundles.model import Pair, Products, as_products, pairs_of
from recommender.bundles.near_duplicates import drop_near_duplicates
from recommender.bundles.rules import Rules
from recommender.session_bundles.clusters import clusters
from recommender.session_bundles.items import Items
from recommender.session_bundles.session_bundler import SessionBundler

ScoredBundles = list[tuple[Products, float]]
INCOMPATIBLE = -1_000.0  # affinity of two products that no bundle may hold: low enough to outweigh any mean
PRODUCTS, ORDER = "product_ids.json", "order.npy"


@dataclass(frozen=True)
class VisitBundler:
    """A session bundler with its items: `items` are the products `product_ids` str (n,), sorted."""

    bundler: SessionBundler
    items: Items
    product_ids: np.ndarray

    def bundles(self, products: Products) -> ScoredBundles:
        """Bundles among `products`, all of which are in `product_ids`, with their probability, best first."""
        (found,) = self.bundler.bundles(self.items, [np.searchsorted(self.product_ids, products)])
        return [(tuple(self.product_ids[b.items].tolist()), round(b.score, 9)) for b in found]

    def save(self, folder: Path) -> None:
        """Write it to `folder`, which is emptied first."""
        self.bundler.save(clear_folder(folder))
        np.save(folder / ORDER, self.items.order, allow_pickle=False)
        write_json(folder / PRODUCTS, self.product_ids.tolist())
        for name, rows in self.items.rows.items():
            if sparse.issparse(rows):
                sparse.save_npz(folder / f"rows_{name}.npz", rows)
            else:
                np.save(folder / f"rows_{name}.npy", rows, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> VisitBundler | None:
        """The bundler in `folder`, None where the night trained none."""
        if not (folder / PRODUCTS).is_file():
            return None
        files = {file.stem.removeprefix("rows_"): file for file in sorted(folder.glob("rows_*"))}
        rows = {n: sparse.load_npz(f) if f.suffix == ".npz" else np.load(f) for n, f in files.items()}
        ids = np.array(json.loads((folder / PRODUCTS).read_text()), dtype=str)
        return cls(SessionBundler.load(folder), Items(rows, np.load(folder / ORDER)), ids)


def learned_bundles(products: Products, predict: Callable[[Products], ScoredBundles], rules: Rules) -> ScoredBundles:
    """Bundles that `predict` finds in each compatible set of a visit's `products`, best first, no near duplicates."""
    scores: dict[Products, float] = {}
    for part in compatible_sets(products, rules):
        for bundle, score in predict(part):
            if rules.allow(bundle):
                scores[bundle] = max(score, scores.get(bundle, score))
    return _best_first(scores, rules)


def clustered_bundles(
    products: Products, cosines: np.ndarray, complements: Mapping[Pair, float], rules: Rules
) -> ScoredBundles:
    """Average-link clusters of a visit's `products` that the rules allow, best first, no near duplicates.

    `cosines` (n, n) are those of the product vectors, `complements` strengths from 0 to 1; see `affinities`. Clusters
    are cut at the mean affinity of the visit's compatible pairs. The score is the mean affinity of the bundle's pairs.
    """
    affinity = affinities(products, cosines, complements, rules)
    pairs = affinity[np.triu_indices(len(products), 1)]
    if not (pairs > INCOMPATIBLE).any():
        return []
    scores = {}
    for cluster in clusters(affinity, float(pairs[pairs > INCOMPATIBLE].mean())):
        for part in _allowed_parts(cluster, affinity, products, rules):
            inside = affinity[np.ix_(part, part)][np.triu_indices(len(part), 1)]
            scores[as_products(products[at] for at in part)] = round(float(inside.mean()), 9)
    return _best_first(scores, rules)


def compatible_sets(products: Products, rules: Rules) -> list[Products]:
    """Sets of a visit's products of which the rules allow every pair; each product is in one of them at least.

    From each product a set grows greedily by the most bought of the others.
    """
    allowed = {pair for pair in pairs_of(products) if rules.allow(pair)}
    order = sorted(products, key=lambda product: (-rules.catalogue[product].weight, product))
    sets = set()
    for first in products:
        grown: Products = (first,)
        for other in order:
            if all(as_products((one, other)) in allowed for one in grown):
                grown = (*grown, other)
        sets.add(as_products(grown))
    return sorted(part for part in sets if len(part) > 1)


def affinities(products: Products, cosines: np.ndarray, complements: Mapping[Pair, float], rules: Rules) -> np.ndarray:
    """float64 (n, n): affinity of each pair of `products`, INCOMPATIBLE where no bundle may hold both.

    (1 + strength) / 2 for complements, cosine / 2 for others, so that complements come first. Two products of the same
    narrowest category are compatible only as complements.
    """
    affinity = np.full((len(products), len(products)), INCOMPATIBLE)
    for one, other in combinations(range(len(products)), 2):
        pair = products[one], products[other]
        leaves = [rules.catalogue[product].categories[-1:] for product in pair]
        if rules.allow(pair) and (pair in complements or not leaves[0] or leaves[0] != leaves[1]):
            value = (1 + complements[pair] if pair in complements else cosines[one, other]) / 2
            affinity[one, other] = affinity[other, one] = value
    return affinity


def _allowed_parts(cluster: np.ndarray, affinity: np.ndarray, products: Products, rules: Rules) -> Iterator[np.ndarray]:
    """Disjoint parts of a cluster that the rules allow: the product with the least affinity is dropped until they do.

    The dropped products are treated in the same way afterwards.
    """
    rest = cluster
    while len(rest) > 1:
        part = rest
        while len(part) > 1 and not rules.allow(as_products(products[at] for at in part)):
            inside = affinity[np.ix_(part, part)]
            part = np.delete(part, (inside.sum(axis=1) - np.diag(inside)).argmin())
        if len(part) > 1:
            yield part
        rest = np.setdiff1d(rest, part)


def _best_first(scores: Mapping[Products, float], rules: Rules) -> ScoredBundles:
    ranked = sorted(scores, key=lambda bundle: (-scores[bundle], bundle))
    distinct = drop_near_duplicates(ranked, rules.settings.same_from, rules.substitutes_of)
    return [(bundle, scores[bundle]) for bundle in distinct]
