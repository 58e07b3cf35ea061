"""Plots of a run: the same bytes for the same figures, and none of what there are no figures for."""

from xml.etree import ElementTree

from pipelines.registry.plots import plots_of

PARTS = {"chosen_together": 0.6, "similar_text": 0.3, "popular": 0.1, "two_vectors": 0.0}
FIGURES = {
    "models": {
        "challenger": {"ndcg@10": {"value": 0.1, "low": 0.08, "high": 0.12}},
        "popularity": {"ndcg@10": {"value": 0.0}},
    },
    "recall_by_depth": {"challenger": [0.1, 0.15, 0.2], "popularity": [0.0, 0.0, 0.05]},
    "curves": {"train_loss": [[0, 3.0], [10, 1.0]], "projection_loss": [[1, 6.5]], "projection_ndcg": [[1, 0.1]]},
    "blend": {"weights": PARTS, "segments": [{"least_products": 1, "weights": PARTS}]},
}  # fmt: skip


def test_the_same_figures_give_the_same_bytes_without_a_date():
    plots = plots_of(FIGURES)
    assert plots == plots_of(FIGURES)
    assert set(plots) == {"ndcg", "recall_by_depth", "losses", "blend"}
    for svg in plots.values():
        ElementTree.fromstring(svg)
        assert "dc:date" not in svg


def test_what_is_not_known_is_not_drawn():
    assert plots_of({"models": {}, "curves": {}, "blend": None}) == {}
    assert set(plots_of({key: FIGURES[key] for key in ("models", "curves")})) == {"ndcg", "losses"}
