"""Remove the Data Docs of nights that are gone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from pipelines.night.night import pages_name
from pipelines.night.releases import list_releases


def keep_pages(home: Path) -> None:
    """Remove the Data Docs of nights that have neither a working folder nor a release."""
    nights = [json.loads(file.read_text()) for file in (home / "staging").glob("*/night.json")]
    kept = {pages_name(night["release_id"], night["fingerprint"]) for night in nights}
    kept |= {pages_name(r.release_id, r.fingerprint) for r in list_releases(home)}
    for folder in (home / "quality").glob("*/"):
        if folder.name not in kept:
            shutil.rmtree(folder)
