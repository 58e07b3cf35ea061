"""What was learned of visits, on disk: the bundler of sessions and what is known of the products that it may see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from pipelines.atomic_files import clear_folder, write_json
from recommender.bundles.model import Products
from recommender.session_bundles.items import Items
from recommender.session_bundles.session_bundler import SessionBundler

PRODUCTS, ORDER = "product_ids.json", "order.npy"


@dataclass(frozen=True)
class VisitBundler:
    """A bundler of sessions whose `items` are the products `product_ids` (n,), sorted."""

    bundler: SessionBundler
    items: Items
    product_ids: np.ndarray

    def bundles(self, products: Products) -> list[tuple[Products, float]]:
        """The bundles of what was seen together, with their chances, the likeliest first."""
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
        """What is in `folder`, or None where nothing was learned."""
        if not (folder / PRODUCTS).is_file():
            return None
        files = {file.stem.removeprefix("rows_"): file for file in sorted(folder.glob("rows_*"))}
        rows = {n: sparse.load_npz(f) if f.suffix == ".npz" else np.load(f) for n, f in files.items()}
        ids = np.array(json.loads((folder / PRODUCTS).read_text()), dtype=str)
        return cls(SessionBundler.load(folder), Items(rows, np.load(folder / ORDER)), ids)
