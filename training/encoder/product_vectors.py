"""Vectors of all products; only those of new or changed texts are computed, the others come from a cache."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from training.encoder.encoder import Encoder
from training.encoder.quantised import QuantisedEncoder

# What NumPy raises where an archive is cut, or a byte of it is changed.
DAMAGE = (BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError)


def product_vectors(
    encoder: Encoder | QuantisedEncoder, texts: Sequence[str], hashes: Sequence[str], cache: Path
) -> np.ndarray:
    """float32 (n, d), each row of length one: the encoder's vector of each of `texts`, whose `hashes` are keys.

    `cache` is a folder for this encoder only (named by its fingerprint), to which new vectors are added. A file in it
    that is damaged is removed, and its vectors are computed again; the folder can be deleted at any time.
    """
    known = _read(cache)
    text_of = dict(sorted(zip(hashes, texts, strict=True)))
    new = [h for h in text_of if h not in known]
    if new:
        computed = encoder.embed([text_of[h] for h in new])
        known |= dict(zip(new, computed, strict=True))
        _write(cache, new, computed)
    if not hashes:
        return np.zeros((0, encoder.dimension), np.float32)
    return np.stack([known[h] for h in hashes])


def drop_other_caches(caches: Path, used: Collection[str]) -> None:
    """Remove the caches of all encoders but those whose fingerprints are in `used`."""
    for folder in caches.glob("*/"):
        if folder.name not in used:
            shutil.rmtree(folder)


def _read(cache: Path) -> dict[str, np.ndarray]:
    known: dict[str, np.ndarray] = {}
    for file in sorted(cache.glob("*.npz")):
        try:
            with np.load(file, allow_pickle=False) as part:  # compares the CRC-32 of both arrays
                known |= dict(zip(part["hashes"].tolist(), part["vectors"], strict=True))
        except DAMAGE as broken:
            print(f"{file} is damaged ({broken}): its vectors are computed again")
            file.unlink()
    return known


def _write(cache: Path, hashes: Sequence[str], vectors: np.ndarray) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(file.stem.removeprefix("part-")) for file in cache.glob("part-*.npz")), default=-1)
    unfinished = cache / f".part-{os.getpid()}"
    with unfinished.open("wb") as stream:
        np.savez(stream, allow_pickle=False, hashes=np.array(hashes, dtype=str), vectors=vectors)
    unfinished.replace(cache / f"part-{number:05d}.npz")
