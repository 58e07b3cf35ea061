"""Settings of the model registry."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Mlflow(Section):
    """Where models are registered, and under which name."""

    tracking_uri: str = Field(
        "",
        description="address of an MLflow server, without user and password: these come from the environment variables "
        "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD; empty: files in HOME/mlflow",
    )
    model_name: str = Field("nightshelf", description="name of the registered model")
