"""How the parts of a score are weighed, and what a score means as a probability."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.atomic_files import write_json
from pipelines.contracts.score_parts import REASON_KINDS
from pipelines.errors import StepFailed

PartWeights = tuple[float, ...]
TINIEST = 1e-12  # scale
ANY_MARGIN = 1000.0  # of blended scores: more than two products ever differ by
PARTS = REASON_KINDS
CHOSEN_TOGETHER, SIMILAR_TEXT, SIMILAR_MEANING, NEXT_CHOICE, TWO_VECTORS, WELL_RATED, POPULAR = range(len(PARTS))


@dataclass(frozen=True)
class Blend:
    """Weights of the standardised parts (all >= 0), and the line of the logistic that turns their sum to a share.

    `weights` and `scales` stand in the order of PARTS. A part is centred for each user and divided by its scale,
    one number for all users: dividing by each user's own spread would make faint evidence as loud as strong (and
    lost 4 % NDCG@10 on Amazon Beauty). `new_slots` of the first ten places are kept for products nobody has chosen
    and that score at most `new_margin` less than the tenth.
    `long_tail` is taken off the weight of `popular`, for all who have a history.
    In what is popular an interaction counts half after `half_life_days`.
    `segments`, ascending, are other weights for users with at least so many products in their history.
    The defaults serve a shop that has too few users to fit them.
    """

    weights: PartWeights = (0.45, 0.25, 0.2, 0.0, 0.0, 0.0, 0.1)
    scales: PartWeights = (1.0,) * len(PARTS)
    slope: float = 1.0
    intercept: float = -6.0
    new_slots: int = 0
    new_margin: float = ANY_MARGIN
    long_tail: float = 0.0
    half_life_days: float = 30.0
    segments: tuple[tuple[int, PartWeights], ...] = ()

    def of_users(self, lengths: np.ndarray) -> np.ndarray:
        """float64 (u, parts): the weights for users with histories of these lengths, int (u,)."""
        found = np.tile(np.array(self.weights), (len(lengths), 1))
        for least, weights in self.segments:
            found[lengths >= least] = weights
        found[lengths > 0, POPULAR] -= self.long_tail
        return found

    def hears(self, part: int) -> bool:
        """Whether the part has a weight for some user."""
        return any(weights[part] > 0 for weights in (self.weights, *(weights for _, weights in self.segments)))

    def only(self, part: int) -> Blend:
        """The blend in which one part speaks alone, on the same scales, and no place is kept."""
        weights = tuple(float(p == part) for p in range(len(PARTS)))
        return replace(self, weights=weights, new_slots=0, long_tail=0.0, segments=())

    def probability(self, blended: np.ndarray) -> np.ndarray:
        """float32, the same shape: calibrated share of such candidates that are chosen, to 6 digits; monotone."""
        line = np.clip(self.slope * blended.astype(np.float64) + self.intercept, -50, 50)
        return np.round(1 / (1 + np.exp(-line)), 6).astype(np.float32)

    def named(self) -> dict[str, Any]:
        """The blend as JSON would have it, weights and scales by name."""
        named = {key: _named(getattr(self, key)) for key in ("weights", "scales")}
        segments = [{"least_products": least, "weights": _named(weights)} for least, weights in self.segments]
        return asdict(self) | named | {"segments": segments}

    def save(self, file: Path) -> None:
        """Write the blend as JSON."""
        write_json(file, self.named())

    @classmethod
    def load(cls, file: Path) -> Blend:
        """The blend in `file`; a part that it does not know is silent. Raises StepFailed where it cannot be used."""
        tree = json.loads(file.read_text())
        segments = tuple((s["least_products"], _read(file, s["weights"], 0.0)) for s in tree.get("segments", []))
        weights, scales = _read(file, tree["weights"], 0.0), _read(file, tree["scales"], 1.0)
        later = {"new_slots": 0, "new_margin": ANY_MARGIN, "long_tail": 0.0, "half_life_days": 30.0}
        others = {name: tree.get(name, default) for name, default in later.items()}
        return cls(weights, scales, tree["slope"], tree["intercept"], segments=segments, **others)


def _named(values: PartWeights) -> dict[str, float]:
    return dict(zip(PARTS, values, strict=True))


def _read(file: Path, named: dict[str, float], silent: float) -> PartWeights:
    """The numbers in the order of PARTS, `silent` for a part without one."""
    least = 0.0 if silent == 0 else TINIEST
    if not set(named) <= set(PARTS) or min(named.values(), default=-1) < least:
        parts = ", ".join(PARTS)
        raise StepFailed(f"{file}: {named} are no weights or scales; allowed: {parts}, each >= {least:g}. Train again.")
    return tuple(named.get(part, silent) for part in PARTS)
