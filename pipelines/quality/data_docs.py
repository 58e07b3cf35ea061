"""Data Docs of a night: for each stage a folder with an index page and one page for each table, made by GX.

A folder holds nothing of other nights. So writing it takes the same time in the thousandth night as in the first, a
stopped night keeps its own, and it is removed with the night's release. The pages load nothing from other hosts.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader

from pipelines.night.night import Night
from pipelines.pages.formatting import counted
from pipelines.pages.html import style, template_loader, templates

SUITE_LINK = re.compile(r'<a href="[./]*/expectations/[^"]*"[^>]*>(.*?)</a>')  # links to pages that are not written
WORST_FIRST = ("fail", "warn")


class TablePage(DefaultJinjaPageView):
    """The page of one table's checks: the blocks of GX in `table_page.html` of this folder.

    The template of GX loads styles and scripts from a dozen hosts, and a tracking pixel.
    """

    _template = "table_page.html"

    def __init__(self, **places: Any) -> None:
        super().__init__(**places)
        loaders = [template_loader("pipelines.quality"), self.env.loader]
        self.env.loader = ChoiceLoader([loader for loader in loaders if loader is not None])
        self.env.globals["css"] = style()


def stage_context(folder: Path) -> Any:
    """A GX project in memory for the checks of one stage of a night, whose Data Docs go to `folder`."""
    site = {
        "class_name": "SiteBuilder",
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder),
        },
        "site_section_builders": {
            "expectations": "None",
            "profiling": "None",
            "validations": {
                "class_name": "DefaultSiteSectionBuilder",
                "source_store_name": "validation_results_store",
                "renderer": {"class_name": "ValidationResultsPageRenderer"},
                "view": {"class_name": TablePage.__name__, "module_name": TablePage.__module__},
            },
        },
    }
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(store_backend_defaults=stores, data_docs_sites={"night": site}),
    )
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    return context


def write_table_pages(context: Any, folder: Path) -> dict[str, str]:
    """Write a page for each table that was validated in `context` into `folder`; gives back their file names by table.

    GX names its pages by run and batch; here each becomes `TABLE.html`. Its fonts, scripts and pictures are removed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    context.build_data_docs()
    pages = {page.relative_to(folder / "validations").parts[0]: page for page in folder.rglob("validations/**/*.html")}
    links = {}
    for table, page in sorted(pages.items()):
        links[table] = f"{table}.html"
        text = SUITE_LINK.sub(r"\1", page.read_text(encoding="utf-8"))
        (folder / links[table]).write_text(text, encoding="utf-8")
    for unused in ("validations", "static"):
        shutil.rmtree(folder / unused, ignore_errors=True)
    return links


def index_page(night: Night, stage: str, results: Sequence[Mapping[str, Any]], links: Mapping[str, str]) -> str:
    """The index page as HTML: the checks that do not hold, then every table with its checks.

    `links`: address of the page of each table, by name of the table.
    """
    broken = sorted((r for r in results if not r["holds"]), key=lambda r: WORST_FIRST.index(r["severity"]))
    shown = {
        "night": night,
        "stage": stage,
        "links": links,
        "verdict": verdict(len(results), broken),
        "broken": broken,
        "tables": [_row(table, results) for table in dict.fromkeys(r["table"] for r in results)],
    }
    return templates("pipelines.quality").get_template("index_page.html").render(shown)


def verdict(judged: int, broken: Sequence[Mapping[str, Any]]) -> str:
    """What the results mean for the night."""
    if any(r["severity"] == "fail" for r in broken):
        return "The night stopped here: no later step runs, and nothing is published, until it is run again."
    if broken:
        return f"The night went on; {counted(len(broken), 'check')} of {judged:,} did not hold and should be looked at."
    return f"All {counted(judged, 'check')} hold."


def _row(table: str, results: Sequence[Mapping[str, Any]]) -> tuple[str, list[dict[str, Any]], int, str]:
    """Name of the table, its results (those that do not hold first), how many do not hold, their worst severity."""
    of_table = [{**r, "says": r["says"].removeprefix(f"{table}: ")} for r in results if r["table"] == table]
    of_table.sort(key=lambda r: r["holds"])
    severities: list[str] = [r["severity"] for r in of_table if not r["holds"]]
    return table, of_table, len(severities), min(severities, key=WORST_FIRST.index, default="")
