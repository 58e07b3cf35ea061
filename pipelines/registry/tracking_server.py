"""The address of MLflow. Apart from `client.py`, so that reading it does not import MLflow, which takes seconds."""

from __future__ import annotations

from pathlib import Path

from pipelines.night.releases import list_releases
from pipelines.registry.failures import examine_database, lost_database
from pipelines.registry.moved_home import follow_home
from pipelines.settings.mlflow import Mlflow


def tracking_uri(home: Path, settings: Mlflow) -> str:
    """The server in `[mlflow] tracking_uri`, or an SQLite database in HOME/mlflow.

    Addresses of files in the database follow a home that was moved or copied. Raises StepFailed where the database is
    damaged, held by another process, or missing although a release was made with a model of it.
    """
    if settings.tracking_uri:
        return settings.tracking_uri
    database = home.resolve() / "mlflow" / "mlflow.db"
    if database.is_file():
        examine_database(database)
        follow_home(database, artifacts_folder(home))
    elif made := [release for release in list_releases(home) if release.model_version]:
        raise lost_database(database, made[-1].release_id)
    return f"sqlite:///{database}"


def artifacts_folder(home: Path) -> Path:
    """The folder with the files of runs and models, where no server keeps them."""
    return home.resolve() / "mlflow" / "artifacts"
