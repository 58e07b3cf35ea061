"""The frame of every HTML page: templates, filters and the style sheet."""

from __future__ import annotations

from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.pages import formatting

SVG_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'


def inline(svg: str) -> Markup:
    """An SVG document as an element of an HTML page, which needs no namespace."""
    return Markup(svg.replace(SVG_NAMESPACE, "", 1))


FILTERS = (
    formatting.count,
    formatting.figure,
    formatting.share,
    formatting.short_number,
    formatting.span,
    formatting.money,
    formatting.short_id,
    formatting.plain,
    inline,
)


def template_loader(package: str) -> ChoiceLoader:
    """Finds the templates in `package`, and `page.html` of this folder, the base of every page."""
    return ChoiceLoader([PackageLoader(package, "."), PackageLoader("pipelines.pages", ".")])


def templates(package: str) -> Environment:
    """The Jinja templates in `package`, with the filters of `formatting` and the style sheet of all pages as `css`."""
    env = Environment(
        loader=template_loader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {f.__name__: f for f in FILTERS}
    env.globals |= {"counted": formatting.counted, "css": style()}
    return env


def style() -> Markup:
    """The style sheet of all pages."""
    return Markup((Path(__file__).parent / "page.css").read_text())
