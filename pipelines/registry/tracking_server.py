"""The address of MLflow. Apart from `client.py`, so that reading it does not import MLflow, which takes seconds."""

from __future__ import annotations

from pathlib import Path

from pipelines.settings.mlflow import Mlflow


def tracking_uri(home: Path, settings: Mlflow) -> str:
    """The server in `[mlflow] tracking_uri`, or an SQLite database in HOME/mlflow, whose folder is made."""
    if settings.tracking_uri:
        return settings.tracking_uri
    (home / "mlflow").mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{home.resolve() / 'mlflow' / 'mlflow.db'}"
