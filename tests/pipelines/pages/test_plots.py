"""Charts: equal bytes for equal data, data as text, nothing that would reach beyond the chart in a page."""

import re
from xml.etree import ElementTree

import pytest

from pipelines.pages.html import inline
from pipelines.pages.plots import Bar, ColumnPanel, Interval, LinePanel, bars, columns, intervals, lines, stacked_bars

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = {
    "intervals": lambda name: intervals(
        name, "NDCG", [Interval("a <b>", 0.2, 0.1, 0.3, highlighted=True), Interval("c", 0.1)]
    ),
    "bars": lambda name: bars(name, "Rows", [Bar("bot", 3, "3 rows"), Bar("bad_time", 0, "0 rows")]),
    "stacked_bars": lambda name: stacked_bars(name, "Weights", [("all users", {"text": 0.75, "popular": 0.25})]),
    "lines": lambda name: lines(name, [LinePanel("Loss", "rounds", {"train": [(1, 3.0), (2, 1.5)]})]),
    "columns": lambda name: columns(name, [ColumnPanel("Views", [(1, "Monday: 1"), (4, "Tuesday: 4")])], {0: "Monday"}),
}
DESCRIPTIONS = {
    "intervals": "a <b> 0.2000 (0.1000 to 0.3000); c 0.1000",
    "bars": "bot: 3 rows; bad_time: 0 rows",
    "stacked_bars": "all users: text 0.750, popular 0.250",
    "lines": "Loss, by rounds: train lowest 1.5 at 2, last 1.5",
    "columns": "Views; from Monday: 1 to Tuesday: 4",
}


@pytest.mark.parametrize("kind", CHARTS)
def test_the_same_data_give_the_same_bytes(kind):
    assert CHARTS[kind]("chart") == CHARTS[kind]("chart")


@pytest.mark.parametrize("kind", CHARTS)
def test_title_and_data_are_there_as_text(kind):
    title, description, *_ = ElementTree.fromstring(CHARTS[kind]("chart"))
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert title.text
    assert description.text == DESCRIPTIONS[kind]


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_in_a_page_shares_nothing_with_another(kind):
    one, other = (inline(CHARTS[kind](name)) for name in ("one", "other"))
    ids = [set(re.findall(r' id="([^"]*)"', chart)) for chart in (one, other)]
    assert not ids[0] & ids[1]
    assert not re.search(r"<style|<metadata|xmlns|http", one)


@pytest.mark.parametrize("kind", CHARTS)
def test_every_colour_is_a_variable_of_the_style_sheet(kind):
    styles = " ".join(re.findall(r'style="([^"]*)"', CHARTS[kind]("chart")))
    assert not re.findall(r"(?:fill|stroke): #", styles)
    assert "var(--series-1, #1f6f8b)" in styles


def test_a_pointer_shows_the_text_of_a_column():
    chart = ElementTree.fromstring(CHARTS["columns"]("chart"))
    texts = [title.text for title in chart.iter(f"{SVG}title")]
    assert texts == ["Views", "Monday: 1", "Tuesday: 4"]
