"""How the parts of a score are weighed, and what a score means as a probability."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from pipelines.errors import StepFailed
from pipelines.night import write_json
from pipelines.tables.recommendations import REASON_KINDS

Weights = tuple[float, ...]
PARTS = REASON_KINDS
CHOSEN_TOGETHER, SIMILAR_TEXT, SIMILAR_MEANING, NEXT_CHOICE, POPULAR = range(len(PARTS))


@dataclass(frozen=True)
class Blend:
    """Weights of the standardised parts (all >= 0), and the line of the logistic that turns their sum to a share.

    `weights` and `scales` stand in the order of PARTS. A part is centred for each user and divided by its scale,
    one number for all users: dividing by each user's own spread would make faint evidence as loud as strong (and
    lost 4 % NDCG@10 on Amazon Beauty). `new_slots` of the first ten places are kept for products nobody has chosen.
    The defaults serve a shop that has too few users to fit them.
    """

    weights: Weights = (0.45, 0.25, 0.2, 0.0, 0.1)
    scales: Weights = (1.0,) * len(PARTS)
    slope: float = 1.0
    intercept: float = -6.0
    new_slots: int = 0

    def only(self, part: int) -> Blend:
        """The blend in which one part speaks alone, on the same scales, and no place is kept."""
        return replace(self, weights=tuple(float(p == part) for p in range(len(PARTS))), new_slots=0)

    def probability(self, blended: np.ndarray) -> np.ndarray:
        """float32, the same shape: calibrated share of such candidates that are chosen, to 6 digits; monotone."""
        line = np.clip(self.slope * blended.astype(np.float64) + self.intercept, -50, 50)
        return np.round(1 / (1 + np.exp(-line)), 6).astype(np.float32)

    def save(self, file: Path) -> None:
        """Write the blend as JSON, weights and scales by name."""
        named = {key: dict(zip(PARTS, getattr(self, key), strict=True)) for key in ("weights", "scales")}
        write_json(file, asdict(self) | named)

    @classmethod
    def load(cls, file: Path) -> Blend:
        """The blend in `file`; a part that it does not know is silent. Raises StepFailed where it cannot be used."""
        tree = json.loads(file.read_text())
        for key, least in (("weights", 0.0), ("scales", 1e-12)):
            if not set(tree[key]) <= set(PARTS) or min(tree[key].values(), default=-1) < least:
                parts = ", ".join(PARTS)
                raise StepFailed(f"{file}: {key} are {tree[key]}; allowed: {parts}, each >= {least:g}. Train again.")
        weights, scales = (
            tuple(tree[key].get(p, silent) for p in PARTS) for key, silent in (("weights", 0.0), ("scales", 1.0))
        )
        return cls(weights, scales, tree["slope"], tree["intercept"], tree.get("new_slots", 0))
