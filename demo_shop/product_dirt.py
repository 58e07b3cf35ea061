"""Defects of the catalogue: refused rows, and markup, prices as text and stray blanks in kept rows."""

import html
from dataclasses import replace

import numpy as np

from demo_shop.dirt import Picker, broken_id, choose
from demo_shop.lines import SourceLine

SHARE = 0.022
PRICES = ("€ {comma}", "{comma} €", "{point} EUR", "EUR {point}")
WRONG_VALUES = (  # the reason, how codes begin, the field, what stands in it
    ("missing_title", "P80", "title", ("", "   ")),
    ("bad_number", "P81", "price", ("abc", "tba", "on request")),
)
ENTITIES = str.maketrans({"–": "&ndash;", "“": "&ldquo;", "”": "&rdquo;", "é": "&eacute;"})
MARKUP = ("<p>{}</p>", "{}<br/>", "<div>{}</div><ul><li>New</li></ul>", '<p class="lead">{}</p>&nbsp;')


def soil_products(rng: np.random.Generator, lines: list[SourceLine]) -> tuple[list[SourceLine], tuple[str, ...]]:
    """The lines, some oddly written, with refused lines added; and the codes that only refused lines have."""
    picker = Picker(rng, lines)
    added = [replace(lines[i], at=_later(rng, lines[i], lines), verdict="duplicate") for i in picker.take(SHARE)]
    for i in picker.take(SHARE):
        line = lines[i].refused("missing_product", product_id=choose(rng, ("", "  ")))
        added.append(replace(line, product_id=None, at=_later(rng, line, lines)))
    for number, i in enumerate(picker.take(SHARE)):
        added.append(replace(broken_id(lines[i], number), at=_later(rng, lines[i], lines)))
    unsold: list[str] = []
    for reason, code, field, values in WRONG_VALUES:
        for number, i in enumerate(picker.take(SHARE)):
            unsold.append(f"{code}{number:03d}")
            line = lines[i].refused(reason, product_id=unsold[-1], **{field: choose(rng, values)})
            added.append(replace(line, product_id=unsold[-1], at=_later(rng, line, lines)))
    for i in picker.take(SHARE):
        title = f"{lines[i].fields['title']} {choose(rng, ('(new edition)', '(B-stock)', '– old listing'))}"
        added.append(replace(lines[i].refused("duplicate_code", title=title), at=_later(rng, lines[i], lines)))
    return _oddly_written(rng, picker) + added, tuple(unsold)


def _later(rng: np.random.Generator, line: SourceLine, lines: list[SourceLine]) -> float:
    """A position in the file after the line, so that the first row of a code is the clean one."""
    return float(rng.uniform(line.at + 0.1, len(lines) + 1))


def _oddly_written(rng: np.random.Generator, picker: Picker) -> list[SourceLine]:
    """All lines of the picker, some in a form that is unusual but must be accepted."""
    lines = list(picker.lines)
    for i in picker.take(SHARE):
        title = html.escape(lines[i].fields["title"]).translate(ENTITIES)
        description = choose(rng, MARKUP).format(html.escape(lines[i].fields["description"]))
        lines[i] = lines[i].with_fields("markup", title=f"<b>{title}</b>", description=description)
    for i in picker.take(2 * SHARE):
        point = f"{lines[i].fields['price']:.2f}"
        text = choose(rng, PRICES).format(point=point, comma=point.replace(".", ","))
        lines[i] = lines[i].with_fields("price as text", price=text)
    for i in picker.take(2 * SHARE):
        lines[i] = lines[i].with_fields("brand missing", brand="")
    for i in picker.take(SHARE):
        path = lines[i].fields["categories"].replace(" > ", choose(rng, (" >", ">  ", "  >  ")))
        lines[i] = lines[i].with_fields("stray blanks", categories=f" {path} ")
    for i in picker.take(SHARE):
        lines[i] = lines[i].with_fields("blanks around the code", product_id=f" {lines[i].product_id} ")
    return lines
