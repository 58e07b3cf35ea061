"""Vectors of all products, of which only those whose text changed are computed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from training.encoder.encoder import Encoder
from training.encoder.quantised import QuantisedEncoder


def product_vectors(
    encoder: Encoder | QuantisedEncoder, texts: Sequence[str], hashes: Sequence[str], cache: Path
) -> np.ndarray:
    """float32 (n, d), each row of length one: the encoder's vector of each text.

    `cache` is a folder of this encoder's own (named by its fingerprint). What it holds is not computed again;
    what is computed joins it. A broken file there is an error of NumPy; deleting the folder is always safe.
    """
    known = _read(cache)
    wanted = dict(sorted(zip(hashes, texts, strict=True)))
    fresh = [h for h in wanted if h not in known]
    if fresh:
        computed = encoder.embed([wanted[h] for h in fresh])
        known |= dict(zip(fresh, computed, strict=True))
        _write(cache, fresh, computed)
    if not hashes:
        return np.zeros((0, encoder.dimension), np.float32)
    return np.stack([known[h] for h in hashes])


def drop_other_caches(caches: Path, kept: Collection[str]) -> None:
    """Remove the caches of encoders that are not in use any more; `kept` are fingerprints."""
    for folder in caches.glob("*/"):
        if folder.name not in kept:
            shutil.rmtree(folder)


def _read(cache: Path) -> dict[str, np.ndarray]:
    known: dict[str, np.ndarray] = {}
    for file in sorted(cache.glob("*.npz")):
        with np.load(file, allow_pickle=False) as part:
            known |= dict(zip(part["hashes"].tolist(), part["vectors"], strict=True))
    return known


def _write(cache: Path, hashes: Sequence[str], vectors: np.ndarray) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    number = len(list(cache.glob("*.npz")))
    unfinished = cache / f".part-{os.getpid()}"
    with unfinished.open("wb") as stream:
        np.savez(stream, allow_pickle=False, hashes=np.array(hashes, dtype=str), vectors=vectors)
    unfinished.replace(cache / f"part-{number:05d}.npz")
