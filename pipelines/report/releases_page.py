"""The page that lists the kept releases, each with a link to its night's page."""

from __future__ import annotations

from pathlib import Path

from pipelines.atomic_files import write_text
from pipelines.night.releases import list_releases
from pipelines.pages.html import templates


def write_index(home: Path) -> Path:
    """Write HOME/report/index.html: all kept releases, newest first, with the one that `current` points to marked."""
    target = home / "report" / "index.html"
    releases = [(r, (r.folder / "report.html").is_file()) for r in reversed(list_releases(home))]
    write_text(target, templates("pipelines.report").get_template("releases_page.html").render(releases=releases))
    return target
