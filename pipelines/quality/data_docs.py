"""Data Docs of a night: a folder for each stage that holds its pages and nothing of other nights.

So writing them costs the same in the first night and in the thousandth, a stopped night has its own, and they go when
the night's release goes. The pages ask no other host for anything.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

from pipelines.night.night import Night
from pipelines.quality.checks_page import checks_page

SUITE_LINK = re.compile(r'<a href="[./]*/expectations/[^"]*"[^>]*>(.*?)</a>')  # to pages that are not made


def stage_context(night: Night, stage: str) -> Any:
    """A GX project of its own, in memory, for the checks of one stage of a night."""
    site = {
        "class_name": "SiteBuilder",
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(night.checks_pages / stage),
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


def document(context: Any, night: Night, stage: str, results: Sequence[Mapping[str, Any]]) -> Path:
    """The first page of the Data Docs of a stage, written; `context` holds the stage's validations."""
    folder = night.checks_pages / stage
    shutil.rmtree(folder, ignore_errors=True)
    context.build_data_docs()
    pages = {page.relative_to(folder / "validations").parts[0]: page for page in folder.rglob("validations/**/*.html")}
    links = {}
    for table, page in sorted(pages.items()):
        links[table] = f"{table}.html"
        text = SUITE_LINK.sub(r"\1", page.read_text(encoding="utf-8"))
        (folder / links[table]).write_text(text, encoding="utf-8")
    for left in ("validations", "static"):  # fonts and moving pictures of GX, and paths that name the clock
        shutil.rmtree(folder / left, ignore_errors=True)
    index = folder / "index.html"
    index.write_text(checks_page(night, stage, results, links), encoding="utf-8")
    return index
