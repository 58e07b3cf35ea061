"""Whether the key of user ids is the one that the home's releases were made with."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.errors import SettingsError
from pipelines.night.releases import list_releases


def check_user_key(home: Path, found: str) -> None:
    """Raise SettingsError where the release that was published last has another fingerprint of the key than `found`."""
    last = max(list_releases(home), key=lambda release: release.number, default=None)
    known = json.loads((last.folder / "manifest.json").read_text()).get("user_key") if last else None
    if last and known and known != found:
        raise SettingsError(
            f"the key of user ids has the fingerprint {found}, and release {last.release_id} was made with {known}: "
            "all users would get other pseudonyms. Put the old key back; or, where it was changed on purpose, run a "
            f"night with: nightshelf run {home} --date YYYY-MM-DD --full-refresh"
        )
