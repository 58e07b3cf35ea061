"""Which Data Docs are kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.night import Night, pages_name
from pipelines.publish.releases import list_releases


def keep_pages(home: Path) -> None:
    """Remove the Data Docs of nights that are neither at work nor behind a kept release."""
    nights = [Night.load(file.parent) for file in (home / "staging").glob("*/night.json")]
    wanted = {n.checks_pages.name for n in nights}
    wanted |= {pages_name(r.release_id, r.fingerprint) for r in list_releases(home)}
    for folder in (home / "quality").glob("*/"):
        if folder.name not in wanted:
            shutil.rmtree(folder)
