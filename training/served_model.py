"""The registered model as an MLflow model: product or review texts in, vectors of length one out."""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.pyfunc import PythonModel

from pipelines.registry.client import MODEL_FOLDER
from training.ranker.golden_probe import answers
from training.ranker.model_folder import load_model


class ServedModel(PythonModel):
    def load_context(self, context: Any) -> None:
        self.model = load_model(Path(context.artifacts[MODEL_FOLDER]))

    def predict(  # type: ignore[override]  # MLflow passes `params` only to models that take them
        self, context: Any, model_input: list[str]
    ) -> np.ndarray:
        """float32 (texts, d), each row of length one."""
        return self.model.embed(list(model_input))

    def answers(self) -> dict[str, Any]:
        """The model's vectors and lists for the probe in its folder (`golden_probe`)."""
        return answers(self.model)


mlflow.models.set_model(ServedModel())
