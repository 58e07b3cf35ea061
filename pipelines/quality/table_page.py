"""Data Docs page of one table's checks: the blocks of Great Expectations in a page that loads nothing from elsewhere.

The page of GX itself loads styles and scripts from a dozen hosts, and a tracking pixel.
"""

from __future__ import annotations

from typing import Any

from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, PackageLoader

from pipelines.pages.html import style


class TablePage(DefaultJinjaPageView):
    """The view of GX, which takes `validations.html` from this folder first."""

    _template = "validations.html"

    def __init__(self, **places: Any) -> None:
        super().__init__(**places)
        loaders = [PackageLoader("pipelines.quality", "."), self.env.loader]
        self.env.loader = ChoiceLoader([loader for loader in loaders if loader is not None])
        self.env.globals["css"] = style()
