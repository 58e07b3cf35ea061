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
from pipelines.night.night import Night
from pipelines.settings.knn import Knn
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

    def vectors(self, night: Night, inputs: Inputs) -> np.ndarray:
        """float32 (n, d): the vector of each product of the night."""
        read = self.read(night, inputs)
        return self.projection.of(read, inputs.texts) if self.projection else read

    def read(self, night: Night, inputs: Inputs) -> np.ndarray:
        """float32 (n, d): what the encoder makes of the text of each product, which is kept from night to night."""
        settings = night.settings.training
        cache = cache_of(self.folder, night)
        return product_vectors(
            encoder_for_device(self.encoder, settings, cache), inputs.texts, inputs.text_hashes, cache
        )

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), d), each row of length one: the vectors of any texts."""
        read = self.encoder.embed(texts)
        return self.projection.of(read, texts) if self.projection else read


def cache_of(model: Path, night: Night) -> Path:
    """The folder that keeps the vectors of products by the model in folder `model`, as the night's settings ask."""
    return night.home / "embeddings" / fingerprint(model / ENCODER, arithmetic(night.settings.training))


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
        raise StepFailed(f"{folder} is no model: {', '.join(missing)} missing. Run the steps train and gate again.")
    facts = json.loads((folder / FACTS).read_text())
    knn = Knn.model_validate(facts.pop("knn"))
    encoder, projection = load_encoder(folder / ENCODER), LearnedProjection.load(folder)
    return SavedModel(folder, encoder, projection, Blend.load(folder / BLEND), knn, load_learned(folder), facts)
