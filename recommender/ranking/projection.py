"""A learned map of text vectors: texts of products that are chosen one after the other get near vectors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file
from scipy import sparse

from recommender.ranking.tfidf import TfidfVocabulary

FILE = "projection.safetensors"
VOCABULARY = "known"  # key of the words in the metadata of the file
MIN_LENGTH = 1e-12


@dataclass(frozen=True)
class LearnedProjection:
    """`weights` holds `linear.weight` (d, d) for the encoder's vectors and `words.weight` (w, d) for `words`.

    Computed in float64, so that a vector is the same alone and in a batch. The encoder's vectors are cached unmapped,
    and mapped when they are used: a new projection each night needs no text to be encoded again.
    """

    weights: Mapping[str, np.ndarray]
    words: TfidfVocabulary

    def of(self, vectors: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """float32 (m, d), each row of length one: mapped vectors of m texts, whose encoder vectors are `vectors`."""
        return self.mapped(vectors, self.words.counted(texts))

    def mapped(self, vectors: np.ndarray, counted: sparse.csr_array) -> np.ndarray:
        """The same for texts whose words are `counted` already: TF-IDF (m, w)."""
        mapped = vectors.astype(np.float64) @ self.weights["linear.weight"].astype(np.float64).T
        mapped += counted.astype(np.float64) @ self.weights["words.weight"].astype(np.float64)
        lengths = np.sqrt(np.square(mapped).sum(axis=1, keepdims=True))
        return (mapped / np.maximum(lengths, MIN_LENGTH)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write it into the folder of its model."""
        tensors = {name: np.ascontiguousarray(values) for name, values in sorted(self.weights.items())}
        save_file(tensors | {"idf": self.words.idf}, folder / FILE, {VOCABULARY: json.dumps(self.words.known)})

    @classmethod
    def load(cls, folder: Path) -> LearnedProjection | None:
        """What is in `folder`, or None for a model without a projection."""
        if not (folder / FILE).is_file():
            return None
        with safe_open(folder / FILE, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            known = json.loads(file.metadata()[VOCABULARY])
        return cls(tensors, TfidfVocabulary(known, tensors.pop("idf")))
