"""A model on disk, as the registry keeps it: encoder, blend, and the facts that it is a function of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.atomic_files import write_json
from pipelines.errors import StepFailed
from pipelines.settings.knn import Knn
from pipelines.settings.training import Training
from recommender.ranking.blend import Blend
from recommender.ranking.projection import LearnedProjection
from recommender.ranking.score_parts.all_parts import load_learned
from recommender.ranking.score_parts.model import LearnedWeights
from training.encoder.encoder import Encoder
from training.encoder.encoder_files import fingerprint, load_encoder
from training.encoder.product_vectors import product_vectors
from training.encoder.quantised import arithmetic, encoder_for_device
from training.ranker.inputs import Inputs

ENCODER, BLEND, FACTS = "encoder", "blend.json", "model.json"


@dataclass(frozen=True)
class SavedModel:
    """A model that has a folder: its encoder as loaded from there, its blend, the kNN settings it was fitted with.

    `projection` maps texts by the encoder's vectors and their words, None where the vectors are used as they are;
    `learned` is what training found for score parts, by name of the part;
    `facts` are the rest of `model.json`: cutoffs, base encoder and its hash, seed, dimension.
    """

    folder: Path
    encoder: Encoder
    projection: LearnedProjection | None
    blend: Blend
    knn: Knn
    learned: Mapping[str, LearnedWeights]
    facts: dict[str, Any]

    def vectors(self, inputs: Inputs, caches: Path, settings: Training) -> np.ndarray:
        """float32 (n, d): the vector of each product of `inputs`; `caches` as in `encoder_vectors`."""
        encoded = self.encoder_vectors(inputs, caches, settings)
        return self.projection.of(encoded, inputs.texts) if self.projection else encoded

    def encoder_vectors(self, inputs: Inputs, caches: Path, settings: Training) -> np.ndarray:
        """float32 (n, d): the encoder's vector of each product's text, before the projection.

        They are kept from night to night, in a folder of this encoder below `caches`.
        """
        cache = cache_of(self.folder, caches, settings)
        encoder = encoder_for_device(self.encoder, settings, cache)
        return product_vectors(encoder, inputs.texts, inputs.text_hashes, cache)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), d), each row of length one: the vectors of any texts."""
        encoded = self.encoder.embed(texts)
        return self.projection.of(encoded, texts) if self.projection else encoded


def vector_caches(home: Path) -> Path:
    """The folder of a home with the cached vectors of products, a folder for each encoder."""
    return home / "embeddings"


def cache_of(model: Path, caches: Path, settings: Training) -> Path:
    """The folder below `caches` with the vectors of products by the encoder of the model in folder `model`."""
    return caches / fingerprint(model / ENCODER, arithmetic(settings))


def save_model(model: SavedModel) -> None:
    """Write all else beside the encoder, which is there already."""
    if model.projection:
        model.projection.save(model.folder)
    for learned in model.learned.values():
        learned.save(model.folder)
    model.blend.save(model.folder / BLEND)
    write_json(model.folder / FACTS, model.facts | {"knn": model.knn.model_dump()})


def load_model(folder: Path) -> SavedModel:
    """The model in `folder`. Raises StepFailed where a file of it is missing."""
    missing = [name for name in (f"{ENCODER}/encoder.json", BLEND, FACTS) if not (folder / name).is_file()]
    if missing:
        raise StepFailed(f"{folder} is no model: {', '.join(missing)} missing. Run the steps train and register again.")
    facts = json.loads((folder / FACTS).read_text())
    knn = Knn.model_validate(facts.pop("knn"))
    encoder, projection = load_encoder(folder / ENCODER), LearnedProjection.load(folder)
    return SavedModel(folder, encoder, projection, Blend.load(folder / BLEND), knn, load_learned(folder), facts)
