"""How Great Expectations shows one table's checks here: its own blocks in a page that loads nothing from elsewhere.

The page of GX fetches styles and scripts from a dozen hosts, and a picture that tells one of them who looks.
"""

from __future__ import annotations

from typing import Any

from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, PackageLoader

from pipelines.pages.html import style


class TablePage(DefaultJinjaPageView):
    """The view of GX with our template of a page in front of its own."""

    _template = "validations.html"

    def __init__(self, **places: Any) -> None:
        super().__init__(**places)
        self.env.loader = ChoiceLoader([PackageLoader("pipelines.quality", "."), self.env.loader])
        self.env.globals["css"] = style()
