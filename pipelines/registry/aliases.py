"""Which version is champion, which challenger: moved only when a release is put in force."""

from __future__ import annotations

from pipelines.night.night import Night
from pipelines.registry.store import registry


def move_aliases(night: Night, versions: dict[str, str]) -> None:
    """Let each alias name its version of the night's model."""
    with registry(night.home, night.settings) as client:
        for alias, version in versions.items():
            client.set_registered_model_alias(night.settings.mlflow.model_name, alias, version)
