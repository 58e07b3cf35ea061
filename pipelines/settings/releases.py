"""Settings of what is kept, where it is copied to, and who may read it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from pydantic import Field, field_validator

from pipelines.errors import SettingsError
from pipelines.settings.section import Section

# The bucket, or the container and account, then a path; of a disk the path alone.
ADDRESS = re.compile(r"(?:(?:s3|gs|abfss)://[^/\s?#*]+|file:///[^/\s?#*]+)(?:/[^?#*]*)?")


class Releases(Section):
    """What is removed when a night is published (nothing that a kept release uses), who reads releases, and where."""

    keep: int = Field(14, ge=1, description="number of releases kept; the current one is always kept")
    keep_unpublished: int = Field(
        90, ge=1, description="number of nights without a release kept: past dates that were built, and failures"
    )
    keep_models: int = Field(
        30,
        ge=1,
        description="number of newest models kept in the home's own registry; those that a kept release, an opened "
        "night, an alias or a change by hand names are always kept; a tracking server keeps all",
    )
    group: str = Field(
        "",
        description="group of accounts that may read the releases and `current`, and nothing else of the home; empty: "
        "the owner alone. It counts from the next release on",
    )
    also_to: str = Field(
        "",
        description="address of a folder that holds copies of the kept releases, such as s3://bucket/shop; "
        "s3://, gs:// and abfss:// take credentials from the environment, file:/// names a folder on a disk; each "
        "home needs an address of its own; empty: releases stay in the home alone",
    )
    keep_logs: int = Field(200, ge=1, description="number of runs of the home's own Airflow whose logs are kept")

    @field_validator("also_to")
    @classmethod
    def _is_address(cls, address: str) -> str:
        if address and not ADDRESS.fullmatch(address):
            raise ValueError(
                "it names a folder as s3://bucket/folder, gs://bucket/folder, "
                "abfss://container@account.dfs.core.windows.net/folder or file:///folder"
            )
        return address.rstrip("/")


def refuse_inside(home: Path, releases: Releases) -> None:
    """Raise SettingsError where releases would be copied into the home itself."""
    if not releases.also_to.startswith("file://"):
        return
    folder = Path(unquote(releases.also_to.removeprefix("file://"))).resolve()
    if folder.is_relative_to(home.resolve()):
        raise SettingsError(
            f'[releases] also_to = "{releases.also_to}" lies in the home {home.resolve()}, where releases are already. '
            "Name a folder outside of it, or leave the key empty."
        )
