"""A new model: an encoder tuned on the fit days and a blend fitted on the validation days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.night import clear_folder
from pipelines.scoring.blend import Blend
from pipelines.scoring.cases import Cases
from pipelines.scoring.fit_blend import fit_blend, scales
from pipelines.scoring.histories import histories, items_of
from pipelines.scoring.knn import query
from pipelines.scoring.next_choice import Learned, Weights
from pipelines.scoring.projection import Projection
from pipelines.scoring.two_vectors import TwoVectors
from pipelines.scoring.vectors import on_grid, user_vectors
from pipelines.scoring.words import Words
from training.encoder_files import load_encoder
from training.evaluate import ndcg_of_scores, ndcg_of_vectors
from training.fit_next_choice import fit_next_choice
from training.fit_projection import Choices, Texts, fit_projection
from training.fit_two_vectors import fit_two_vectors
from training.half_lives import choose_half_lives
from training.lab import Lab
from training.model_folder import ENCODER, Model, save_model
from training.rounds import Run
from training.tune import tune
from training.windows import day_to_date

LEAST_VALIDATION = 10  # users without whom a blend is not fitted
LOOKED_AT = 5000  # users by whom the rounds of learning are judged, at most
MOST_LEARNED = 200  # last products of a user that are learned from


def make_challenger(lab: Lab) -> Model:
    """A new model, saved in `challenger/`: its parts learn on the fit days, its blend on the validation days."""
    settings, folder = lab.night.settings, lab.night.work / "challenger"
    clear_folder(folder)
    with lab.timed("fine-tune"):
        tune(lab, folder / ENCODER)
    encoder = load_encoder(folder / ENCODER)  # as whoever loads that folder will have it
    facts = {
        "run_date": str(lab.night.run_date),
        "fit_until": str(day_to_date(lab.split.fit_until)),
        "validation_until": str(day_to_date(lab.split.validation.last)),
        "encoder": encoder.base,
        "encoder_hash": encoder.base_hash,
        "dimension": encoder.dimension,
        "training": settings.training.model_dump(),
        "projection": settings.projection.model_dump(),
        "next_choice": settings.next_choice.model_dump(),
        "two_vectors": settings.two_vectors.model_dump(),
    }
    blend = Blend(half_life_days=settings.ranking.half_life_days)
    model = Model(folder, encoder, None, blend, settings.knn, None, None, facts)
    model = learn_half_lives(lab, model)
    model = replace(model, projection=learn_projection(lab, model))
    model = replace(model, learned=learn_next_choice(lab, model))
    model = replace(model, two_vectors=learn_two_vectors(lab, model))
    model = replace(model, blend=choose_blend(lab, model))
    save_model(model)
    return model


def _judging(lab: Lab, enabled: bool, what: str) -> Cases | None:
    """The users by whom rounds of learning are judged; None, noted down, where there shall be or can be none."""
    if not enabled:
        lab.notes.append(f"the {what} was left out, as the settings say")
        return None
    cases = lab.validation_cases().at_most(LOOKED_AT)
    if len(cases) < LEAST_VALIDATION:
        lab.notes.append(f"only {len(cases)} users to judge a {what} by: there is none")
        return None
    return cases


def learn_half_lives(lab: Lab, model: Model) -> Model:
    """`model` with the half-lives of behaviour that were best on the validation days."""
    cases = lab.validation_cases().at_most(LOOKED_AT)
    return choose_half_lives(lab, model, cases) if len(cases) >= LEAST_VALIDATION else model


def learn_projection(lab: Lab, model: Model) -> Projection | None:
    """The map of the products' texts that was best on the validation days; None where it is better without."""
    settings, inputs, knn = lab.night.settings.projection, lab.inputs, model.knn
    cases = _judging(lab, settings.enabled, "projection")
    if cases is None:
        return None
    words = Words.of(inputs.texts, settings.words)
    texts = Texts(model.read(lab.night, inputs), words.counted(inputs.texts))
    asked = query(cases.histories, len(inputs.product_ids), knn)

    def figure(vectors: np.ndarray) -> float:
        products = on_grid(vectors)
        return ndcg_of_vectors(user_vectors(asked, products), products, cases, inputs.showable)

    def figure_of(weights: Weights) -> float:
        return figure(Projection(weights, words).mapped(texts.vectors, texts.words))

    run = Run(lab.night.settings.training.seed, lab.checkpoint("projection"))
    choices = Choices.of(histories(inputs.log, lab.split.fit_until, MOST_LEARNED), knn.recency_power)
    with lab.timed("projection"):
        progress = fit_projection(choices, texts, figure_of, settings, run)
        lab.curves |= progress.curves("projection")
        if progress.weights is None or max(progress.figure) <= figure(texts.vectors):
            lab.notes.append("no projection was better than the encoder's vectors as they are")
            return None
    return Projection(progress.weights, words)


def learn_next_choice(lab: Lab, model: Model) -> Learned | None:
    """The network that reads a user's last products, as it was best on the validation days; None without users."""
    settings, inputs = lab.night.settings.next_choice, lab.inputs
    cases = _judging(lab, settings.enabled, "network of next choices")
    if cases is None:
        return None
    vectors = model.vectors(lab.night, inputs)

    def figure(weights: Weights) -> float:
        network = Learned(weights, inputs.product_ids).among(inputs.product_ids, vectors)
        return ndcg_of_vectors(network.tastes(cases.histories), network.targets, cases, inputs.showable)

    run = Run(lab.night.settings.training.seed, lab.checkpoint("next choice"))
    past = histories(inputs.log, lab.split.fit_until, MOST_LEARNED)
    with lab.timed("next choice"):
        progress = fit_next_choice(past, vectors, figure, settings, run)
    lab.curves |= progress.curves("next_choice")
    return None if progress.weights is None else Learned(progress.weights, inputs.product_ids)


def learn_two_vectors(lab: Lab, model: Model) -> TwoVectors | None:
    """The scorer of a user's and a product's vector, as it was best on the validation days; None where it is off."""
    settings, inputs, knn = lab.night.settings.two_vectors, lab.inputs, model.knn
    if not settings.enabled:
        return None
    cases = _judging(lab, True, "scorer of two vectors")
    if cases is None:
        return None
    products = on_grid(model.vectors(lab.night, inputs))
    users = user_vectors(query(cases.histories, len(products), knn), products)

    def figure(weights: Weights) -> float:
        return ndcg_of_scores(lambda at: TwoVectors(weights).scores(users[at], products), cases, inputs.showable)

    run = Run(lab.night.settings.training.seed, lab.checkpoint("two vectors"))
    choices = Choices.of(histories(inputs.log, lab.split.fit_until, MOST_LEARNED), knn.recency_power)
    with lab.timed("two vectors"):
        progress = fit_two_vectors(choices, products, figure, settings, run)
    lab.curves |= progress.curves("two_vectors")
    return None if progress.weights is None else TwoVectors(progress.weights)


def choose_blend(lab: Lab, model: Model) -> Blend:
    """The blend fitted on the validation days; default weights on measured scales where there are too few users."""
    ranker = lab.ranker(model, lab.split.fit_until)
    with lab.timed("fit blend"):
        known = lab.known(lab.split.validation)
        cases = known.cases
        if len(cases) >= LEAST_VALIDATION:
            return fit_blend(ranker, known, lab.night.settings.ranking)
        lab.notes.append(f"only {len(cases)} users to fit a blend on: default weights, scores not calibrated")
        past = lab.inputs.histories(lab.split.fit_until, model.knn).lists()[:1000]
        return replace(model.blend, scales=scales(ranker, past, list(map(items_of, past))))
