"""Bundles of what users saw on their last visit and did not buy, learned from visits on which some of it was bought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from pipelines.night import Night
from pipelines.session_bundles.items import Items, Texts, kind_of
from pipelines.session_bundles.session_bundler import Bundle, SessionBundler, unlearned_bundles
from pipelines.session_bundles.subsets import MOST
from pipelines.settings.session_bundles import SessionBundles as Settings
from pipelines.table_files import read_table
from pipelines.tables import PRODUCTS, SESSION_BUNDLES, SESSIONS
from training.fit_bundles import fit_bundles
from training.inputs import Inputs
from training.labelled_sessions import labelled

VALIDATION = 5  # one of so many visits, the latest, says how sure to be of what was learned
Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Visit:
    """A visit: places in the catalogue of the products `seen`, and those `bought`, each rising."""

    key: str
    user: str | None
    started: object
    day: date
    seen: np.ndarray
    bought: np.ndarray

    @property
    def teaches(self) -> bool:
        """Whether it says what belongs together: two products bought, of few enough to look at all their sets."""
        return len(self.bought) > 1 and len(self.seen) <= MOST


def session_bundles(night: Night, inputs: Inputs, vectors: np.ndarray, embed: Embed) -> pa.Table:
    """The rows of `session_bundles`; `vectors` (n, d) are those of the catalogue's texts, `embed` makes others."""
    settings = night.settings.session_bundles
    visits = read_visits(night, inputs.product_ids) if settings.enabled else []
    waiting = open_visits(visits, inputs.showable, night.run_date, settings)
    rows: list[dict[str, object]] = []
    if waiting:
        taught = [visit for visit in visits if visit.teaches][-settings.most_learned :]
        used = np.unique(np.concatenate([v.seen for v in (*taught, *waiting)]))
        items = items_of(night, used, vectors, embed)
        sessions = [np.searchsorted(used, visit.seen) for visit in waiting]
        bundler = learned(items, used, taught, settings, night)
        found = unlearned_bundles(items, sessions) if bundler is None else bundler.bundles(items, sessions)
        made_by = "clusters" if bundler is None else "learned"
        most = night.settings.ranking.bundles_per_user
        for visit, bundles in zip(waiting, found, strict=True):
            rows += [
                _row(visit, rank, bundle, inputs.product_ids[used[bundle.items]], made_by, night)
                for rank, bundle in enumerate(bundles[:most], 1)
            ]
    return pa.Table.from_pylist(rows, schema=SESSION_BUNDLES.schema())


def read_visits(night: Night, product_ids: np.ndarray) -> list[Visit]:
    """All visits, the oldest first, with those of their products that the catalogue has."""
    place = {product: at for at, product in enumerate(product_ids.tolist())}

    def places(products: Sequence[str]) -> np.ndarray:
        return np.array(sorted(place[p] for p in products if p in place), np.int64)

    visits = [
        Visit(r["session_key"], r["user_id"], r["started"], r["day"], places(r["products"]), places(r["bought"]))
        for r in read_table(night, SESSIONS).sort_by([("day", "ascending"), ("session_key", "ascending")]).to_pylist()
    ]
    return [visit for visit in visits if len(visit.seen) > 1]


def open_visits(visits: Sequence[Visit], showable: np.ndarray, until: date, settings: Settings) -> list[Visit]:
    """The latest visits of users who bought nothing on it, with what can be bought of at least two products seen.

    A user's last visit counts, if it is not older than the settings say.
    """
    since, last = until - timedelta(days=settings.open_days - 1), {}
    for visit in visits:
        if visit.user is not None and visit.day >= since:
            before = last.get(visit.user)
            if before is None or (visit.started, visit.key) > (before.started, before.key):
                last[visit.user] = visit
    seen = ((visit, visit.seen[showable[visit.seen]]) for visit in last.values() if not len(visit.bought))
    waiting = [Visit(v.key, v.user, v.started, v.day, left, v.bought) for v, left in seen if len(left) > 1]
    return sorted(waiting, key=lambda v: (v.day, v.started, v.key))[-settings.most_open :]


def items_of(night: Night, used: np.ndarray, vectors: np.ndarray, embed: Embed) -> Items:
    """What the catalogue says of the products at the places `used`."""
    rows = read_table(night, PRODUCTS).select(["title", "brand", "categories"]).take(used).to_pylist()
    paths = [[tuple(row["categories"])] if row["categories"] else [] for row in rows]
    kinds, of = np.unique([kind_of(each) for each in paths], return_inverse=True)
    brands = [row["brand"] or "" for row in rows]
    return Items.of(
        Texts([row["title"] for row in rows], _unit(vectors[used]), _unit(embed(kinds.tolist()))[of], paths, brands)
    )


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def learned(
    items: Items, used: np.ndarray, taught: Sequence[Visit], settings: Settings, night: Night
) -> SessionBundler | None:
    """What finds bundles, learned from the visits `taught`, the oldest first; None where they say too little.

    Visits on which all that was seen was bought say nothing of what to leave out: only the others are counted.
    """
    if sum(len(visit.bought) < len(visit.seen) for visit in taught) < settings.least_learned:
        return None
    cut = len(taught) - max(len(taught) // VALIDATION, 1)
    known = [
        labelled(
            items, [np.searchsorted(used, v.seen) for v in part], [[np.searchsorted(used, v.bought)] for v in part]
        )
        for part in (taught[:cut], taught[cut:])
    ]
    chances = fit_bundles(known[0], known[1], settings, night.settings.training.seed)
    return SessionBundler(chances, settings.draws)


def _row(
    visit: Visit, rank: int, bundle: Bundle, products: np.ndarray, made_by: str, night: Night
) -> dict[str, object]:
    return {
        "user_id": visit.user,
        "rank": rank,
        "session_key": visit.key,
        "started": visit.started,
        "products": sorted(products.tolist()),
        "score": round(bundle.score, 9),
        "made_by": made_by,
        "run_date": night.run_date,
        "release_id": night.release_id,
    }
