"""The address of MLflow. Apart from `client.py`, so that reading it does not import MLflow, which takes seconds."""

from __future__ import annotations

from pathlib import Path

from pipelines.registry.moved_home import follow_home
from pipelines.settings.mlflow import Mlflow


def tracking_uri(home: Path, settings: Mlflow) -> str:
    """The server in `[mlflow] tracking_uri`, or an SQLite database in HOME/mlflow, whose folder is made.

    Addresses of files in the database follow a home that was moved or copied.
    """
    if settings.tracking_uri:
        return settings.tracking_uri
    (home / "mlflow").mkdir(parents=True, exist_ok=True)
    database = home.resolve() / "mlflow" / "mlflow.db"
    if database.is_file():
        follow_home(database, artifacts_folder(home))
    return f"sqlite:///{database}"


def artifacts_folder(home: Path) -> Path:
    """The folder with the files of runs and models, where no server keeps them."""
    return home.resolve() / "mlflow" / "artifacts"
