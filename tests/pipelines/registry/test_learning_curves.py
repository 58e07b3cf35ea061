"""Learning curves: what MLflow gets, and which losses are drawn together."""

from pipelines.registry.learning_curves import curves_of, loss_panels


def test_points_are_named_by_curve():
    curves = {"train_loss": [[1, 3.0], [2, 2.5]], "best_step": 2}
    assert list(curves_of({"curves": curves})) == [("as_learned/train_loss", 1, 3.0), ("as_learned/train_loss", 2, 2.5)]


def test_what_is_trained_by_itself_has_axes_of_its_own():
    losses = {f"{name}_loss": [[1, 3.0], [2, 1.0]] for name in ("train", "projection", "next_choice", "two_vectors")}
    panels = loss_panels({"curves": losses | {"projection_ndcg": [[1, 0.1]], "validation_loss": [], "best_step": 1}})
    assert [(list(panel.lines), panel.x_label) for panel in panels] == [
        (["train loss"], "optimiser steps"),
        (["projection loss"], "rounds"),
        (["next choice loss"], "rounds"),
        (["two vectors loss"], "rounds"),
    ]
    assert loss_panels({}) == []
