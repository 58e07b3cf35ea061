"""Published models, fitted on what the night's models learn from and chosen on the same validation users.

EASE (Steck 2019), ALS (Hu et al. 2008) and BPR (Rendle et al. 2009) of `implicit`, which has to be installed, and
SASRec (Kang & McAuley 2018) with full softmax, which is the night's network without texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy import sparse

from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.histories import Histories, histories
from recommender.ranking.metrics import ndcg
from recommender.ranking.nearest import best
from recommender.ranking.score_parts.next_choice import LearnedNetwork, NetworkWeights, NextChoiceScorer
from training.ranker.evaluate import ndcg_of_vectors
from training.ranker.fit_next_choice import fit_next_choice
from training.ranker.training_loop import LoopConfig
from training.ranker.training_run import TrainingRun

Scores = Callable[[list[np.ndarray]], np.ndarray]  # histories of u users -> float32 (u, n)
EVERYTHING = 10**6  # products of a history that count
AT_ONCE = 500
PENALTIES = (100.0, 300.0, 1000.0)
GRID = [(factors, weight) for factors in (64, 128) for weight in (0.01, 0.1)]


def baseline(name: str, run: TrainingRun, cases: EvalCases, k: int) -> np.ndarray | None:
    """int32 (u, k): the list of model `name` for each case; None where there is nothing to learn from."""
    past = histories(run.inputs.log, run.split.fit_until, EVERYTHING)
    judged = run.validation_cases().at_most(5000)
    if name == "sasrec":
        scores = sasrec(run, past, judged)
        return None if scores is None else lists(scores, cases, k)
    tried = {"ease": ease, "als": als, "bpr": bpr}[name](matrix(past, len(run.inputs.product_ids)))
    figures = []
    for scores in tried:
        figures.append((float(ndcg(lists(scores, judged, 10), judged.targets, 10).mean()), scores))
    return lists(max(figures, key=lambda pair: pair[0])[1], cases, k)


BASELINES = ("ease", "als", "bpr", "sasrec")


def lists(scores: Scores, cases: EvalCases, k: int) -> np.ndarray:
    """int32 (u, k): the best products of each case that are not hidden."""
    found = []
    for at in range(0, len(cases), AT_ONCE):
        score = scores(cases.histories[at : at + AT_ONCE]).astype(np.float32)
        for row, hidden in zip(score, cases.hidden[at : at + AT_ONCE], strict=True):
            row[hidden] = -np.inf
        found.append(best(score, k))
    return np.concatenate(found)


def matrix(past: Histories, products: int) -> sparse.csr_matrix:
    """float32 (u, n): 1 where a user chose a product."""
    ones = np.ones(len(past.items), np.float32)
    return sparse.csr_matrix((ones, past.items, past.starts), shape=(len(past.users), products))


def _asked(past: list[np.ndarray], products: int) -> sparse.csr_matrix:
    return matrix(Histories.of_lists(np.arange(len(past)), past), products)


def ease(chosen: sparse.csr_matrix) -> Iterable[Scores]:
    """The closed form for each penalty; dense in the number of products."""
    gram = (chosen.T @ chosen).toarray().astype(np.float32)
    diagonal = np.diag_indices(len(gram))
    for penalty in PENALTIES:
        shifted = gram.copy()
        shifted[diagonal] += penalty
        inverse = np.linalg.inv(shifted)
        weights = inverse / -np.diag(inverse)
        weights[diagonal] = 0
        yield lambda past, weights=weights: _asked(past, len(weights)) @ weights


def als(chosen: sparse.csr_matrix) -> Iterable[Scores]:
    """Factors of products; those of a user are computed from the history, as for a new user."""
    from implicit.als import AlternatingLeastSquares

    for factors, penalty in GRID:
        model = AlternatingLeastSquares(factors=factors, regularization=penalty, iterations=15, random_state=1)
        model.fit(chosen, show_progress=False)
        yield (
            lambda past, model=model: (
                model.recalculate_user(np.arange(len(past)), _asked(past, chosen.shape[1])) @ model.item_factors.T
            )
        )


def bpr(chosen: sparse.csr_matrix) -> Iterable[Scores]:
    """Factors of products; a user is the mean of the chosen products, because judged users have chosen more since."""
    from implicit.bpr import BayesianPersonalizedRanking

    for factors, penalty in GRID:
        model = BayesianPersonalizedRanking(factors=factors, regularization=penalty, iterations=100, random_state=1)
        model.fit(chosen, show_progress=False)
        yield lambda past, model=model: _asked(past, chosen.shape[1]) @ model.item_factors @ model.item_factors.T


def sasrec(run: TrainingRun, past: Histories, judged: EvalCases) -> Scores | None:
    """The night's network with product ids alone; None where nobody chose one product after another."""
    ids = run.inputs.product_ids
    nothing = np.zeros((len(ids), 1), np.float32)
    settings = run.settings

    def network(weights: NetworkWeights) -> NextChoiceScorer:
        return LearnedNetwork(weights, ids).part_for(ids, nothing)

    def figure(weights: NetworkWeights) -> float:
        fitted = network(weights)
        return ndcg_of_vectors(fitted.history_vectors(judged.histories), fitted.targets, judged, run.inputs.showable)

    progress = fit_next_choice(
        past,
        nothing,
        figure,
        settings.next_choice.model_copy(update={"layers": 2, "softmax_products": len(ids), "popularity_power": 0.0}),
        LoopConfig(settings.training.seed, run.checkpoint("sasrec")),
    )
    if progress.weights is None:
        return None
    fitted = network(progress.weights)
    return lambda histories: fitted.history_vectors(histories) @ fitted.targets.T
