"""Does a product replace another or join it: learned from texts, categories and what was bought of what was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Without labels: of one category and described alike, they replace each other. 1, words, meaning, category, variant.
USUAL = (-2.5, 5.0, 0.0, 1.5, 3.0)
HELD = 4.0  # labelled pairs that weigh as much as each of the usual weights
ROUNDS = 25
DIGITS = 6
LOOKED = 0.25  # a visit that saw both and bought neither speaks so much of a choice between them


@dataclass(frozen=True)
class PairFacts:
    """What is known of m pairs of products, arrays of length m.

    `words` and `meaning` are cosines, `category` 1 for the same narrowest one, -1 for different ones, 0 where one is
    unknown, `variant` 1 where their titles differ by one word at most; `joined` counts baskets with both, `chosen`
    visits in which one of the two was preferred, each beyond chance.
    """

    words: np.ndarray
    meaning: np.ndarray
    category: np.ndarray
    variant: np.ndarray
    joined: np.ndarray
    chosen: np.ndarray

    def features(self) -> np.ndarray:
        told = (np.ones(len(self.words)), self.words, self.meaning, self.category, self.variant)
        return np.stack(told, axis=1).astype(np.float64)


@dataclass(frozen=True)
class Substitutes:
    """Tells substitutes from complements: `weights` of the features, `scale` of visits against baskets.

    `scale` is 0 where no visits are known but those that bought. `text_groups` is how many baskets or visits weigh as
    much as the texts.
    """

    weights: tuple[float, ...]
    scale: float
    text_groups: float

    def by_text(self, told: PairFacts) -> np.ndarray:
        """float64 (m,), 0 to 1: how far texts and categories alone speak for a substitute."""
        return np.round(_sigmoid(told.features() @ np.array(self.weights)), DIGITS)

    def chances(self, told: PairFacts) -> np.ndarray:
        """float64 (m,): probability that one replaces the other, and else joins it.

        (c + text_groups x t) / (c + joined + text_groups), the mean of a beta distribution whose prior is t, what the
        texts say. c = t x scale x chosen: of two that are nothing alike one is bought without the other being refused.
        Of variants baskets say nothing where no visit can: that some buy all colours is for the shop to tell.
        """
        texts = self.by_text(told)
        chosen = texts * self.scale * told.chosen
        joined = told.joined if self.scale else np.where(told.variant > 0, 0, told.joined)
        return np.round((chosen + self.text_groups * texts) / (chosen + joined + self.text_groups), DIGITS)


def preferred(one_bought: np.ndarray, seen: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """float64: visits that speak of a choice between two: one was bought, or (for a quarter) both were but seen."""
    but_seen = np.maximum(seen - one_bought - joined, 0.0)
    return one_bought + LOOKED * but_seen


def fit_substitutes(told: PairFacts, text_groups: float, looked_at: bool) -> Substitutes:
    """What tells the two apart in this shop, from pairs with both kinds of evidence.

    `looked_at` says whether the shop knows what was seen and not bought; else nothing is learned.

    Labels: `joined` says complement, `chosen` substitute (McAuley et al. 2015 learn from 'also bought' and 'also
    viewed'). Visits are many and baskets few, so that visits are scaled down until both weigh the same over all pairs.
    Logistic regression on texts and category, drawn to the usual weights: with few pairs it stays with them.
    """
    if not looked_at:
        return Substitutes(USUAL, 0.0, text_groups)
    joined, chosen = float(told.joined.sum()), float(told.chosen.sum())
    scale = round(min(1.0, joined / chosen), DIGITS) if joined > 0 and chosen > 0 else 1.0
    evidence = told.joined + scale * told.chosen
    there = evidence > 0
    if not (joined > 0 and chosen > 0):
        return Substitutes(USUAL, scale, text_groups)
    features, usual = told.features()[there], np.array(USUAL)
    target = (scale * told.chosen)[there] / evidence[there]
    counts = evidence[there] / (evidence[there] + text_groups)  # a pair is one pair, however often it was bought
    weights = usual.copy()
    for _ in range(ROUNDS):  # Newton; the penalty makes it well posed
        said = _sigmoid(features @ weights)
        slope = features.T @ (counts * (target - said)) - HELD * (weights - usual)
        curve = (features * (counts * said * (1 - said))[:, None]).T @ features + HELD * np.eye(len(usual))
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return Substitutes(tuple(np.round(weights, DIGITS).tolist()), scale, text_groups)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))
