"""The learned map from the vectors of texts to vectors of which near ones are chosen one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

FILE = "projection.safetensors"
TINY = 1e-12


@dataclass(frozen=True)
class Projection:
    """`weights` holds `linear.weight` (d, d). Computed in float64, so that a vector is the same alone and in a matrix.

    The encoder's vectors are kept as they are and mapped when they are used: what is learned anew each night costs no
    text to be read again.
    """

    weights: Mapping[str, np.ndarray]

    def of(self, vectors: np.ndarray) -> np.ndarray:
        """float32 (m, d), each row of length one: what the vectors (m, d) are mapped to."""
        mapped = vectors.astype(np.float64) @ self.weights["linear.weight"].astype(np.float64).T
        lengths = np.sqrt(np.square(mapped).sum(axis=1, keepdims=True))
        return (mapped / np.maximum(lengths, TINY)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write it into the folder of its model."""
        weights = {name: np.ascontiguousarray(values) for name, values in sorted(self.weights.items())}
        save_file(weights, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Projection | None:
        """What is in `folder`, or None for a model without a projection."""
        return cls(load_file(folder / FILE)) if (folder / FILE).is_file() else None
