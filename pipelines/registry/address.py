"""Where the model registry is."""

from __future__ import annotations

from pathlib import Path

from pipelines.settings.tree import Settings


def tracking_uri(home: Path, settings: Settings) -> str:
    """The server of the settings, or an SQLite store in HOME/mlflow."""
    if settings.mlflow.tracking_uri:
        return settings.mlflow.tracking_uri
    (home / "mlflow").mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{home.resolve() / 'mlflow' / 'mlflow.db'}"
