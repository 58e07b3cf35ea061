"""A scorer of two vectors: w . sigmoid(A u + B p + c), of a user's vector u and a product's p, learned in torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.special import expit

FILE = "two_vectors.safetensors"


@dataclass(frozen=True)
class TwoVectorsScorer:
    """`weights` by torch's names: `user.weight`, `product.weight` (h, d), `product.bias` (h,), `out.weight` (1, h)."""

    weights: Mapping[str, np.ndarray]

    def scores(self, users: np.ndarray, products: np.ndarray) -> np.ndarray:
        """float32 (u, n): what it says of `products` (n, d) to `users` (u, d), the same bits for a user alone."""
        wide = {name: values.astype(np.float64) for name, values in self.weights.items()}
        of_users = (users.astype(np.float64) @ wide["user.weight"].T).astype(np.float32)
        of_products = (products.astype(np.float64) @ wide["product.weight"].T + wide["product.bias"]).astype(np.float32)
        total = np.zeros((len(users), len(products)), np.float32)
        for unit, weight in enumerate(self.weights["out.weight"][0]):
            total += weight * expit(of_users[:, unit, None] + of_products[None, :, unit])
        return total

    def save(self, folder: Path) -> None:
        """Write it into the folder of its model."""
        tensors = {name: np.ascontiguousarray(values) for name, values in sorted(self.weights.items())}
        save_file(tensors, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> TwoVectorsScorer | None:
        """What is in `folder`, or None for a model without it."""
        return cls(load_file(folder / FILE)) if (folder / FILE).is_file() else None
