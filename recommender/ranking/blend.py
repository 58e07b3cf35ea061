"""Weights of the parts of a score, and the probability that a score stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.atomic_files import write_json
from pipelines.contracts.score_parts import POPULARITY, REASON_KINDS, SCORE_PARTS
from pipelines.errors import StepFailed

PartWeights = Mapping[str, float]
MIN_SCALE = 1e-12
ANY_MARGIN = 1000.0  # of blended scores: more than two products ever differ by
# Keys that files of older versions lack, with their defaults.
ADDED_LATER = {"new_slots": 0, "new_margin": ANY_MARGIN, "long_tail": 0.0, "half_life_days": 30.0}


def default_weights() -> dict[str, float]:
    """The weight of each published part where there are too few users to fit weights."""
    return {part.name: part.default_weight for part in SCORE_PARTS if part.published}


@dataclass(frozen=True)
class Blend:
    """Weights of the standardised parts (all >= 0), and the line of the logistic that turns their sum to a share.

    `weights` and `scales` go by the name of the part; a part without a weight has 0, one without a scale 1. A part is
    centred for each user and divided by its scale, one number for all users: dividing by each user's own spread would
    make weak evidence count as much as strong (and lost 4 % NDCG@10 on Amazon Beauty). `new_slots` of the first ten
    places are kept for products nobody has chosen and that score at most `new_margin` less than the tenth.
    `long_tail` is taken off the weight of popularity, for all who have a history.
    In popularity an interaction counts half after `half_life_days`.
    `segments`, ascending, are other weights for users with at least so many products in their history.
    """

    weights: PartWeights = field(default_factory=default_weights)
    scales: PartWeights = field(default_factory=lambda: dict.fromkeys(REASON_KINDS, 1.0))
    slope: float = 1.0
    intercept: float = -6.0
    new_slots: int = 0
    new_margin: float = ANY_MARGIN
    long_tail: float = 0.0
    half_life_days: float = 30.0
    segments: tuple[tuple[int, PartWeights], ...] = ()

    def weights_of_users(self, lengths: np.ndarray, parts: Sequence[str]) -> np.ndarray:
        """float64 (u, parts): weights of `parts`, for users with histories of these lengths, int (u,)."""
        weights = np.tile(_row(self.weights, parts), (len(lengths), 1))
        for least, of_segment in self.segments:
            weights[lengths >= least] = _row(of_segment, parts)
        weights[lengths > 0, parts.index(POPULARITY)] -= self.long_tail
        return weights

    def has_weight(self, part: str) -> bool:
        """Whether the part has a weight for some user."""
        return any(weights.get(part, 0.0) > 0 for weights in (self.weights, *(weights for _, weights in self.segments)))

    def single_part(self, part: str) -> Blend:
        """The blend of one part alone, on the same scales, with no place kept for new products."""
        return replace(self, weights={part: 1.0}, new_slots=0, long_tail=0.0, segments=())

    def probability(self, blended: np.ndarray) -> np.ndarray:
        """float32, the same shape: calibrated share of such candidates that are chosen, to 6 digits; monotone."""
        line = np.clip(self.slope * blended.astype(np.float64) + self.intercept, -50, 50)
        return np.round(1 / (1 + np.exp(-line)), 6).astype(np.float32)

    def as_json(self) -> dict[str, Any]:
        """The blend as `save` writes it."""
        segments = [{"least_products": least, "weights": dict(weights)} for least, weights in self.segments]
        return asdict(self) | {"segments": segments}

    def save(self, file: Path) -> None:
        """Write the blend as JSON."""
        write_json(file, self.as_json())

    @classmethod
    def load(cls, file: Path) -> Blend:
        """The blend in `file`. Raises StepFailed where a part is unknown or a number is out of range."""
        tree = json.loads(file.read_text())
        segments = tuple((s["least_products"], _checked(file, s["weights"], 0.0)) for s in tree.get("segments", []))
        weights, scales = _checked(file, tree["weights"], 0.0), _checked(file, tree["scales"], MIN_SCALE)
        others = {name: tree.get(name, default) for name, default in ADDED_LATER.items()}
        return cls(weights, scales, tree["slope"], tree["intercept"], segments=segments, **others)


def _row(weights: PartWeights, parts: Sequence[str]) -> np.ndarray:
    return np.array([weights.get(part, 0.0) for part in parts])


def _checked(file: Path, numbers: dict[str, float], least: float) -> PartWeights:
    known = [part.name for part in SCORE_PARTS]
    if not set(numbers) <= set(known) or min(numbers.values(), default=-1) < least:
        parts = ", ".join(known)
        raise StepFailed(
            f"{file}: {numbers} are no weights or scales; allowed: {parts}, each >= {least:g}. Train again."
        )
    return numbers
