"""The page that lists the kept releases, each with a link to its night's page."""

from __future__ import annotations

from pathlib import Path

from pipelines.atomic_files import write_text
from pipelines.night.copy_state import read_copy_state
from pipelines.night.releases import list_releases
from pipelines.pages.html import templates


def write_index(home: Path) -> Path:
    """Write HOME/report/index.html: all kept releases, newest first, with the one that `current` points to marked,
    and how the last copy to `[releases] also_to` went.
    """
    target = home / "report" / "index.html"
    releases = [(r, (r.folder / "report.html").is_file()) for r in reversed(list_releases(home))]
    page = templates("pipelines.report").get_template("releases_page.html")
    write_text(target, page.render(releases=releases, copies=read_copy_state(home)))
    return target
