"""The page of a night: its content, that it is well-formed, and that it loads nothing from elsewhere."""

import re
from html.parser import HTMLParser

from pipelines.contracts.all_tables import OUTPUTS
from pipelines.contracts.bundles import BUNDLES
from pipelines.contracts.similar_products import SIMILAR_PRODUCTS
from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.night.day_versions import record_versions_read
from pipelines.state_files import read_state, write_state

VOID = {"meta", "link", "br", "rect", "path"}


class Nesting(HTMLParser):
    """Notes each element that is not closed where it should be."""

    def __init__(self, page: str):
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.wrong.append(tag)


def text_of(page: str) -> str:
    """What a reader sees, with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<body>")[1]).split())


def test_the_page_is_well_formed(small_night):
    seen = Nesting(small_night.page())
    assert (seen.wrong, seen.open) == ([], [])
    assert len(set(seen.ids)) == len(seen.ids)


def test_one_sentence_says_what_happened(small_night):
    assert (
        "Published 11 tables for 12 users; the model trained tonight, nightshelf 4, became champion: "
        "NDCG@10 0.1230 against the champion&#39;s 0.1190 and popularity&#39;s 0.0450."
    ) in text_of(small_night.page())


def test_titles_are_escaped(with_title):
    page = with_title('<script>alert(1)</script> & "quoted"').page()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quoted&#34;" in page


def test_nothing_is_loaded_from_elsewhere(small_night):
    page = small_night.page()
    assert "http:" not in page
    assert "https:" not in page
    assert not re.search(r"url\((?!#)|@import|src=", page)
    assert set(re.findall(r'href="([^"#]+)"', page)) == {
        "data:,",
        "../../report/index.html",
        "../2026-03-30-01/report.html",
        "../../quality/2026-03-31-01-ffffffff/inputs/index.html",
        "../../quality/2026-03-31-01-ffffffff/outputs/index.html",
        "manifest.json",
    }


def test_two_writings_are_equal(small_night):
    assert small_night.page() == small_night.page()


def test_no_whole_pseudonym_is_shown(small_night):
    page = small_night.page()
    assert "00aaaaaa…" in page
    assert "00aaaaaaa" not in page


def test_bundles_say_what_they_are_offered_at_where_that_is_less(small_night):
    said = text_of(small_night.page())
    assert "sum of prices 20.00 EUR offer price 18.00 EUR" in said
    assert "sum of prices 28.00 EUR In 36 baskets" in said


def test_visits_that_bought_nothing_show_what_belongs_together(small_night):
    said = text_of(small_night.page())
    assert (
        "00bbbbbb… 2026-03-30 Brass lamp 2 + Wool blanket 3 learned from visits with a purchase, probability 40" in said
    )
    assert "05bbbbbb" not in said


def test_half_lives_stand_where_they_are_known(small_night):
    assert "pairs of products that one user chose, 10 days; popularity, 3.5 days." in text_of(small_night.page())
    file = small_night.night.work / "evaluation.json"
    told = read_state(file)
    write_state(file, told | {"half_life_days": None})
    assert "Half-life of" not in text_of(small_night.page())


def test_a_night_without_evaluation_and_optional_tables(small_night):
    (small_night.night.work / "evaluation.json").unlink()
    small_night.without(BUNDLES, USER_BUNDLES, SIMILAR_PRODUCTS)
    small_night.but(skip_training=True)
    said = text_of(small_night.page())
    assert "Training was skipped, as requested" in said
    assert "No model was evaluated tonight." in said
    assert "There are no bundles tonight." in said
    assert (
        "Published without rows: cold_start_topk, bundles, user_bundles, cold_start_bundles, similar_products, "
        "quality_results." in said
    )


def test_a_night_with_nothing_at_all(small_night):
    small_night.without(*OUTPUTS)
    record_versions_read(small_night.night, events={}, products={})
    seen = Nesting(small_night.page())
    assert seen.wrong == []
    assert "Published 11 tables for 0 users" in small_night.page()


def test_an_evaluation_may_lack_everything_optional(small_night):
    models = {"challenger": {"ndcg@10": {"value": 0.1}}, "item_knn": {"recall@10": 0.2}, "popularity": {}}
    write_state(small_night.night.work / "evaluation.json", {"models": models})
    said = text_of(small_night.page())
    assert "0.1000" in said
    assert "item-kNN" in said
    assert "loss" not in said


def test_learning_curves_name_what_was_trained_and_what_their_steps_are(small_night):
    file = small_night.night.work / "evaluation.json"
    told = read_state(file)
    told["curves"]["projection_loss"] = [[1, 6.5], [2, 6.25]]
    write_state(file, told)
    said = text_of(small_night.page())
    assert "Encoder fine-tuning: contrastive loss, by optimiser steps: train loss lowest 2 at 60, last 2" in said
    assert "Projection of the vectors: loss, by rounds: projection loss lowest 6.25 at 2, last 6.25" in said


def test_the_window_of_the_verdict_is_named(small_night):
    assert "compared on 412 users from 2026-03-29 to 2026-03-31; no model was trained on these days." in text_of(
        small_night.page()
    )


def test_rows_are_accounted_for(small_night):
    said = text_of(small_night.page())
    assert "events 12,345 12,000 300 2.4 % 35 5 5 7" in said
    assert "reviews: unknown product: 200 rows, 1.6 % of reviews" in said


def test_examples_show_titles_and_prices(small_night):
    said = text_of(small_night.page())
    assert "1. " not in said  # the browser numbers the list
    assert "Oak chair 0 9.50 EUR Linen cushion 1 10.50 EUR sum of prices 20.00 EUR" in said
    assert "Chosen together with Linen cushion (4 customers)" in said
