"""Data Docs of a night: for each stage a folder that holds its pages and nothing of other nights.

So writing them takes the same time in the thousandth night as in the first, a stopped night keeps its own, and they
are removed with the night's release. The pages load nothing from other hosts.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

SUITE_LINK = re.compile(r'<a href="[./]*/expectations/[^"]*"[^>]*>(.*?)</a>')  # links to pages that are not written


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
                "view": {"class_name": "TablePage", "module_name": "pipelines.quality.table_page"},
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


def table_pages(context: Any, folder: Path) -> dict[str, str]:
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
