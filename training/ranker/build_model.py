"""A new model: an encoder tuned on the fit days and a blend fitted on the validation days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.atomic_files import clear_folder
from pipelines.contracts.score_parts import NEXT_CHOICE, TWO_VECTORS
from recommender.ranking.blend import Blend
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.fit_blend import fit_blend, scales
from recommender.ranking.histories import histories, items_of
from recommender.ranking.knn import query
from recommender.ranking.projection import LearnedProjection
from recommender.ranking.quantised_vectors import on_grid, user_vectors
from recommender.ranking.score_parts.next_choice import LearnedNetwork, NetworkWeights
from recommender.ranking.score_parts.two_vectors import TwoVectorsScorer
from recommender.ranking.tfidf import TfidfVocabulary
from training.encoder.encoder_files import load_encoder
from training.encoder.tune_encoder import tune
from training.ranker.evaluate import ndcg_of_scores, ndcg_of_vectors
from training.ranker.fit_next_choice import fit_next_choice
from training.ranker.fit_projection import ChoiceBatches, TextFeatures, fit_projection
from training.ranker.fit_two_vectors import fit_two_vectors
from training.ranker.half_lives import choose_half_lives
from training.ranker.model_folder import ENCODER, SavedModel, save_model
from training.ranker.time_split import day_to_date
from training.ranker.training_loop import LoopConfig
from training.ranker.training_run import TrainingRun

MIN_VALIDATION_USERS = 10  # with fewer, nothing is chosen on the validation days
MAX_VALIDATION_USERS = 5000  # on whom each round of training is evaluated
MAX_HISTORY = 200  # last products of each user that training reads


def make_challenger(run: TrainingRun) -> SavedModel:
    """A new model, saved in `challenger/`: its parts are fitted on the fit days, its blend on the validation days."""
    settings, folder = run.settings, run.work / "challenger"
    clear_folder(folder)
    with run.timed("fine-tune"):
        tune(run, folder / ENCODER)
    encoder = load_encoder(folder / ENCODER)  # as whoever loads that folder will have it
    facts = {
        "run_date": str(run.run_date),
        "fit_until": str(day_to_date(run.split.fit_until)),
        "validation_until": str(day_to_date(run.split.validation.last)),
        "encoder": encoder.base,
        "encoder_hash": encoder.base_hash,
        "dimension": encoder.dimension,
    }
    facts |= {section: getattr(settings, section).model_dump() for section in RECORDED_SETTINGS}
    blend = Blend(half_life_days=settings.popularity.half_life_days)
    model = SavedModel(folder, encoder, None, blend, settings.knn, {}, facts)
    model = learn_half_lives(run, model)
    model = replace(model, projection=learn_projection(run, model))
    for part, learn in LEARNERS:
        if (learned := learn(run, model)) is not None:
            model = replace(model, learned={**model.learned, part.name: learned})
    model = replace(model, blend=choose_blend(run, model))
    save_model(model)
    return model


def _early_stopping_cases(run: TrainingRun, enabled: bool, what: str) -> EvalCases | None:
    """Validation users for early stopping; None, with a note, where the part is off or they are too few."""
    if not enabled:
        run.notes.append(f"the {what} was left out, as the settings say")
        return None
    cases = run.validation_cases().at_most(MAX_VALIDATION_USERS)
    if len(cases) < MIN_VALIDATION_USERS:
        run.notes.append(f"only {len(cases)} users to judge a {what} by: there is none")
        return None
    return cases


def learn_half_lives(run: TrainingRun, model: SavedModel) -> SavedModel:
    """`model` with the half-lives of behaviour that were best on the validation days."""
    cases = run.validation_cases().at_most(MAX_VALIDATION_USERS)
    if len(cases) < MIN_VALIDATION_USERS:
        return model
    with run.timed("half-lives"):
        return choose_half_lives(model, cases, run.inputs, run.split.fit_until, run.settings.popularity)


def learn_projection(run: TrainingRun, model: SavedModel) -> LearnedProjection | None:
    """The projection of text vectors with the best NDCG@10 on the validation days; None where it is better without."""
    settings, inputs, knn = run.settings.projection, run.inputs, model.knn
    cases = _early_stopping_cases(run, settings.enabled, "projection")
    if cases is None:
        return None
    words = TfidfVocabulary.of(inputs.texts, settings.vocabulary_size)
    texts = TextFeatures(run.encoder_vectors(model), words.counted(inputs.texts))
    queries = query(cases.histories, len(inputs.product_ids), knn)

    def figure(vectors: np.ndarray) -> float:
        products = on_grid(vectors)
        return ndcg_of_vectors(user_vectors(queries, products), products, cases, inputs.showable)

    def metric_of_weights(weights: NetworkWeights) -> float:
        return figure(LearnedProjection(weights, words).mapped(texts.vectors, texts.words))

    loop = LoopConfig(run.settings.training.seed, run.checkpoint("projection"))
    choices = ChoiceBatches.of(histories(inputs.log, run.split.fit_until, MAX_HISTORY), knn.recency_power)
    with run.timed("projection"):
        progress = fit_projection(choices, texts, metric_of_weights, settings, loop)
        run.curves |= progress.curves("projection")
        if progress.weights is None or max(progress.figure) <= figure(texts.vectors):
            run.notes.append("no projection was better than the encoder's vectors as they are")
            return None
    return LearnedProjection(progress.weights, words)


def learn_next_choice(run: TrainingRun, model: SavedModel) -> LearnedNetwork | None:
    """The next-choice network with the best NDCG@10 on the validation days; None where it is off or without users."""
    settings, inputs = run.settings.next_choice, run.inputs
    cases = _early_stopping_cases(run, settings.enabled, "network of next choices")
    if cases is None:
        return None
    vectors = run.vectors(model)

    def figure(weights: NetworkWeights) -> float:
        network = LearnedNetwork(weights, inputs.product_ids).part_for(inputs.product_ids, vectors)
        return ndcg_of_vectors(network.history_vectors(cases.histories), network.targets, cases, inputs.showable)

    loop = LoopConfig(run.settings.training.seed, run.checkpoint("next choice"))
    past = histories(inputs.log, run.split.fit_until, MAX_HISTORY)
    with run.timed("next choice"):
        progress = fit_next_choice(past, vectors, figure, settings, loop)
    run.curves |= progress.curves("next_choice")
    return None if progress.weights is None else LearnedNetwork(progress.weights, inputs.product_ids)


def learn_two_vectors(run: TrainingRun, model: SavedModel) -> TwoVectorsScorer | None:
    """The scorer of two vectors with the best NDCG@10 on the validation days; None where it is off or without users."""
    settings, inputs, knn = run.settings.two_vectors, run.inputs, model.knn
    if not settings.enabled:
        return None
    cases = _early_stopping_cases(run, True, "scorer of two vectors")
    if cases is None:
        return None
    products = on_grid(run.vectors(model))
    users = user_vectors(query(cases.histories, len(products), knn), products)

    def figure(weights: NetworkWeights) -> float:
        return ndcg_of_scores(
            lambda at: TwoVectorsScorer(weights).score_vectors(users[at], products), cases, inputs.showable
        )

    loop = LoopConfig(run.settings.training.seed, run.checkpoint("two vectors"))
    choices = ChoiceBatches.of(histories(inputs.log, run.split.fit_until, MAX_HISTORY), knn.recency_power)
    with run.timed("two vectors"):
        progress = fit_two_vectors(choices, products, figure, settings, loop)
    run.curves |= progress.curves("two_vectors")
    return None if progress.weights is None else TwoVectorsScorer(progress.weights)


def choose_blend(run: TrainingRun, model: SavedModel) -> Blend:
    """The blend fitted on the validation days; default weights on measured scales where there are too few users."""
    ranker = run.ranker(model, run.split.fit_until)
    with run.timed("fit blend"):
        known = run.users_with_history(run.split.validation)
        cases = known.cases
        if len(cases) >= MIN_VALIDATION_USERS:
            return fit_blend(ranker, known, run.settings.ranking)
        run.notes.append(f"only {len(cases)} users to fit a blend on: default weights, scores not calibrated")
        past = run.inputs.histories(run.split.fit_until, model.knn).lists()[:1000]
        return replace(model.blend, scales=scales(ranker, past, list(map(items_of, past))))


LEARNERS = ((NEXT_CHOICE, learn_next_choice), (TWO_VECTORS, learn_two_vectors))  # in the order of training
RECORDED_SETTINGS = ("training", "projection", *(part.settings for part, _ in LEARNERS))  # in model.json
