"""A matplotlib figure as SVG text that a page can hold: equal figures give equal bytes, and colours follow the page.

- Ids are salted with the chart's name, so that several charts may stand in one page; those that nothing refers to go.
- Colours become variables of the style sheet of the pages (`page.css`) with the light palette as default: they follow
  light and dark in a page; a file of its own is light.
- Title and data of a chart are `<title>` and `<desc>`, for screen readers. An artist whose gid is `tooltip(text)` shows
  `text` under the pointer.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from xml.etree import ElementTree

from matplotlib import rc_context
from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
HREF = "{http://www.w3.org/1999/xlink}href"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
TOOLTIP = "tooltip:"
REFERENCE = re.compile(r"^#([\w-]+)$|url\(#([\w-]+)\)")
NUMBER = re.compile(r"-?\d+\.\d+")
GEOMETRY = ("d", "x", "y", "width", "height", "transform")
NO_ROTATION = re.compile(r"rotate\(-?0 [^)]*\)")
UNUSED = ("metadata", "style")

ElementTree.register_namespace("", SVG)


def tooltip(text: str) -> str:
    """The gid of an artist that shows `text` under a pointer."""
    return TOOLTIP + text


def svg_text(figure: Figure, name: str, description: str, colours: Mapping[str, str]) -> str:
    """`figure` as a whole SVG document, without a date. `colours` leads from colours as #rrggbb to names of variables.

    `name` must differ between the charts of one page.
    """
    written = io.StringIO()
    with rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    root = ElementTree.fromstring(written.getvalue())
    _remove_unused(root)
    referenced = _references(root)
    for element in root.iter():
        _simplify(element, referenced, colours)
    for key in ("width", "height", "version"):
        root.attrib.pop(key)
    root.attrib |= {"role": "img", "style": f"font-family: {FONT}; stroke-linejoin: round"}
    title = next(axes.get_title("left") for axes in figure.axes)
    for place, (tag, text) in enumerate((("title", figure.get_suptitle() or title), ("desc", description))):
        root.insert(place, _text_element(tag, text))
    return ElementTree.tostring(root, encoding="unicode")


def _remove_unused(root: ElementTree.Element) -> None:
    """Remove metadata, and style rules: these would hold for the whole page."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{SVG}}}{tag}" for tag in UNUSED}:
                parent.remove(child)


def _references(root: ElementTree.Element) -> set[str]:
    """The ids that some element refers to."""
    values = [value for element in root.iter() for value in element.attrib.values()]
    return {one or other for value in values for one, other in REFERENCE.findall(value)}


def _simplify(element: ElementTree.Element, referenced: set[str], colours: Mapping[str, str]) -> None:
    """Round coordinates to hundredths of a unit, name colours, and keep only what has an effect."""
    name = element.attrib.get("id", "")
    if name not in referenced:
        element.attrib.pop("id", None)
    if name.startswith(TOOLTIP):
        element.insert(0, _text_element("title", name.removeprefix(TOOLTIP)))
    if target := element.attrib.pop(HREF, ""):
        element.attrib["href"] = target
    for key in GEOMETRY:
        if value := element.attrib.get(key):
            short = NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value)
            element.attrib[key] = " ".join(NO_ROTATION.sub("", short).split())
    if not element.attrib.get("transform", "-"):
        del element.attrib["transform"]
    if style := element.attrib.get("style"):
        style = re.sub(r"font-family: [^;]*; ?", "", style)
        for colour, variable in colours.items():
            style = style.replace(colour, f"var(--{variable}, {colour})")
        element.attrib["style"] = style
    if not (element.text or "").strip():
        element.text = None
    element.tail = None


def _text_element(tag: str, text: str) -> ElementTree.Element:
    element = ElementTree.Element(f"{{{SVG}}}{tag}")
    element.text = text
    return element
