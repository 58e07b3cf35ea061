"""What visits teach of bundles: of what was seen together, what was bought together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.sessions import SESSIONS
from pipelines.night.night import Night
from pipelines.night.table_io import read_table
from pipelines.settings.session_bundles import SessionBundles as Settings
from recommender.bundles.visit_bundles import VisitBundler
from recommender.session_bundles.items import CatalogueTexts, Items, kind_of
from recommender.session_bundles.session_bundler import SessionBundler
from recommender.session_bundles.subsets import MOST
from training.bundles.fit_bundles import fit_bundles
from training.bundles.labelled_sessions import labelled
from training.ranker.inputs import Inputs

VALIDATION = 5  # one of so many visits, the latest, says how sure to be of what was learned
Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Visit:
    """A visit: places in the catalogue of the products `seen`, and those `bought`, each rising."""

    seen: np.ndarray
    bought: np.ndarray

    @property
    def teaches(self) -> bool:
        """Whether it says what belongs together: two products bought, of few enough to look at all their sets."""
        return len(self.bought) > 1 and len(self.seen) <= MOST


def visit_bundler(night: Night, inputs: Inputs, vectors: np.ndarray, embed: Embed) -> VisitBundler | None:
    """What visits taught, the latest of them, for visits of the days that get bundles; None where they say too little.

    `vectors` (n, d) are those of the catalogue's texts, `embed` makes others. Visits on which all that was seen was
    bought say nothing of what to leave out: only the others are counted.
    """
    settings = night.settings.session_bundles
    sessions = read_table(night, SESSIONS) if settings.enabled else SESSIONS.schema().empty_table()
    taught = taught_visits(sessions, inputs.product_ids)[-settings.most_learned :]
    if sum(len(visit.bought) < len(visit.seen) for visit in taught) < settings.least_learned:
        return None
    since = night.run_date - timedelta(days=settings.open_days - 1)
    recent = pc.list_flatten(sessions.filter(pc.field("day") >= since)["products"]).unique().to_pylist()
    used = np.unique(np.concatenate([places(recent, inputs.product_ids), *(v.seen for v in taught)]))
    items = items_of(night, used, vectors, embed)
    return VisitBundler(learned(items, used, taught, settings, night), items, inputs.product_ids[used])


def taught_visits(sessions: pa.Table, product_ids: np.ndarray) -> list[Visit]:
    """The visits of table `sessions` that teach, the oldest first, with those products that the catalogue has."""
    buying = sessions.filter(pc.greater(pc.list_value_length(sessions["bought"]), 1))
    rows = buying.sort_by([("day", "ascending"), ("session_key", "ascending")]).select(["products", "bought"])
    visits = (Visit(*(places(row[name], product_ids) for name in ("products", "bought"))) for row in rows.to_pylist())
    return [visit for visit in visits if visit.teaches]


def places(products: Sequence[str], product_ids: np.ndarray) -> np.ndarray:
    """int64: where those of `products` that the catalogue has stand in its sorted ids, rising."""
    known = np.intersect1d(np.array(products, dtype=str), product_ids)
    return np.searchsorted(product_ids, known)


def items_of(night: Night, used: np.ndarray, vectors: np.ndarray, embed: Embed) -> Items:
    """What the catalogue says of the products at the places `used`."""
    rows = read_table(night, PRODUCTS).select(["title", "brand", "categories"]).take(used).to_pylist()
    paths = [[tuple(row["categories"])] if row["categories"] else [] for row in rows]
    kinds, of = np.unique([kind_of(each) for each in paths], return_inverse=True)
    brands = [row["brand"] or "" for row in rows]
    return Items.of(
        CatalogueTexts(
            [row["title"] for row in rows], _unit(vectors[used]), _unit(embed(kinds.tolist()))[of], paths, brands
        )
    )


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def learned(
    items: Items, used: np.ndarray, taught: Sequence[Visit], settings: Settings, night: Night
) -> SessionBundler:
    """What finds bundles, learned from the visits `taught`, the oldest first; `items` are the products `used`."""
    cut = len(taught) - max(len(taught) // VALIDATION, 1)
    known = [
        labelled(
            items, [np.searchsorted(used, v.seen) for v in part], [[np.searchsorted(used, v.bought)] for v in part]
        )
        for part in (taught[:cut], taught[cut:])
    ]
    chances = fit_bundles(known[0], known[1], settings, night.settings.training.seed)
    return SessionBundler(chances, settings.draws)
