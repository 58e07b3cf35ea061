"""The registered model as MLflow runs it: product or review texts in, vectors of length one out."""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np

from pipelines.registry.client import MODEL_FOLDER
from training.ranker.golden_probe import answers
from training.ranker.model_folder import load_model


class ServedModel(mlflow.pyfunc.PythonModel):
    def load_context(self, context: Any) -> None:
        self.model = load_model(Path(context.artifacts[MODEL_FOLDER]))

    def predict(self, context: Any, model_input: list[str]) -> np.ndarray:
        """Vectors (texts x dimension, float32, length one) of the texts."""
        return self.model.embed(list(model_input))

    def answers(self) -> dict[str, Any]:
        """What the model says where the probe in its folder asks it."""
        return answers(self.model)


mlflow.models.set_model(ServedModel())
