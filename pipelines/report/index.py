"""The list of kept releases, each with its page."""

from __future__ import annotations

from pathlib import Path

from pipelines.night.releases import list_releases
from pipelines.pages.html import templates


def write_index(home: Path) -> Path:
    """`home/report/index.html`, written: kept releases, newest first, and which is in force."""
    target = home / "report" / "index.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    releases = [(r, (r.folder / "report.html").is_file()) for r in reversed(list_releases(home))]
    fresh = target.with_suffix(".tmp")
    fresh.write_text(
        templates("pipelines.report").get_template("index.html").render(releases=releases), encoding="utf-8"
    )
    fresh.replace(target)
    return target
