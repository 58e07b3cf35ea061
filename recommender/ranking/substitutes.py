"""Probability that two products are substitutes rather than complements, by texts, categories and behaviour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Prior weights of 1, words, meaning, category, variant: similar products of one category are substitutes.
PRIOR_WEIGHTS = (-2.5, 5.0, 0.0, 1.5, 3.0)
PRIOR_STRENGTH = 4.0  # labelled pairs that weigh as much as the prior of each weight
MAX_ITERATIONS = 25
DIGITS = 6
SEEN_ONLY = 0.25  # a visit that saw both and bought neither counts as so much of a choice between them


@dataclass(frozen=True)
class PairFacts:
    """Facts of m pairs of products, float arrays (m,).

    `words` and `meaning` are cosines; `category` is 1 for the same narrowest one, -1 for different ones, 0 where one is
    unknown; `variant` is 1 where their titles differ by one word at most; `joined` counts baskets with both, `chosen`
    visits in which one of the two was preferred, each in excess of chance.
    """

    words: np.ndarray
    meaning: np.ndarray
    category: np.ndarray
    variant: np.ndarray
    joined: np.ndarray
    chosen: np.ndarray

    def features(self) -> np.ndarray:
        """float64 (m, 5): 1, words, meaning, category, variant."""
        columns = (np.ones(len(self.words)), self.words, self.meaning, self.category, self.variant)
        return np.stack(columns, axis=1).astype(np.float64)


@dataclass(frozen=True)
class Substitutes:
    """A logistic model of substitutes against complements: `weights` of the features, `scale` of visits to baskets.

    `scale` is 0 where only visits that bought are known. `text_groups` is how many baskets or visits weigh as much as
    the texts.
    """

    weights: tuple[float, ...]
    scale: float
    text_groups: float

    def by_text(self, facts: PairFacts) -> np.ndarray:
        """float64 (m,): probability of a substitute by texts and categories alone."""
        return np.round(_sigmoid(facts.features() @ np.array(self.weights)), DIGITS)

    def chances(self, facts: PairFacts) -> np.ndarray:
        """float64 (m,): probability that the two are substitutes; else they are complements.

        (c + text_groups x t) / (c + joined + text_groups), the mean of a beta distribution whose prior is t, the
        probability by texts. c = t x scale x chosen, since a choice between dissimilar products is no refusal of one.
        Baskets of variants are ignored where no visits are known: some customers buy all colours.
        """
        texts = self.by_text(facts)
        chosen = texts * self.scale * facts.chosen
        joined = facts.joined if self.scale else np.where(facts.variant > 0, 0, facts.joined)
        return np.round((chosen + self.text_groups * texts) / (chosen + joined + self.text_groups), DIGITS)


def preferred(one_bought: np.ndarray, seen: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """float64: visits with a choice between two: one was bought, or (counted a quarter) both were only seen."""
    seen_only = np.maximum(seen - one_bought - joined, 0.0)
    return one_bought + SEEN_ONLY * seen_only


def fit_substitutes(facts: PairFacts, text_groups: float, looked_at: bool) -> Substitutes:
    """The model for a shop, fitted on pairs with both kinds of evidence.

    `looked_at`: whether the shop records what was seen and not bought; else the prior weights are used.

    Labels: `joined` for complements, `chosen` for substitutes (McAuley et al. 2015 learn from 'also bought' and 'also
    viewed'). Visits are many and baskets few, so that visits are scaled down until both weigh the same over all pairs.
    Logistic regression on texts and category with a Gaussian prior at the usual weights, by Newton's method.
    """
    if not looked_at:
        return Substitutes(PRIOR_WEIGHTS, 0.0, text_groups)
    joined, chosen = float(facts.joined.sum()), float(facts.chosen.sum())
    scale = round(min(1.0, joined / chosen), DIGITS) if joined > 0 and chosen > 0 else 1.0
    evidence = facts.joined + scale * facts.chosen
    labelled = evidence > 0
    if not (joined > 0 and chosen > 0):
        return Substitutes(PRIOR_WEIGHTS, scale, text_groups)
    features, usual = facts.features()[labelled], np.array(PRIOR_WEIGHTS)
    target = (scale * facts.chosen)[labelled] / evidence[labelled]
    counts = evidence[labelled] / (evidence[labelled] + text_groups)  # a pair is one pair, however often it was bought
    weights = usual.copy()
    for _ in range(MAX_ITERATIONS):  # Newton; the prior makes the system regular
        probability = _sigmoid(features @ weights)
        slope = features.T @ (counts * (target - probability)) - PRIOR_STRENGTH * (weights - usual)
        curve = (features * (counts * probability * (1 - probability))[:, None]).T @ features
        curve += PRIOR_STRENGTH * np.eye(len(usual))
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return Substitutes(tuple(np.round(weights, DIGITS).tolist()), scale, text_groups)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))
