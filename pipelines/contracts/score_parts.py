"""The parts of a product's score: one entry a part, from which contracts, registry, report and texts are made.

`recommender/ranking/score_parts/<name>.py` computes the part; a test holds that both lists have the same names in the
same order. The order is that of the columns of `reason.parts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LearningCurve:
    """A chart of a training: `losses` are drawn by `x_label`; `figures` are further curves, kept by MLflow only."""

    title: str
    x_label: str
    losses: tuple[str, ...]
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScorePart:
    """What is true of a part wherever it appears.

    `figure` names the part alone in `run_metrics.model`, `label` in reports. `settings` is the section that it is made
    with (empty: none of its own). `reason` is a sentence by language, {} standing for the title of the evidence;
    `reason_patterns` are sentences that a language model may write instead: `(one|other)` is a choice, * the product.
    `default_weight` counts where there are too few users to fit weights.

    `published`: whether the part has a column in `reason.parts` and can be a reason's `kind`. A part without a column
    changes the published type by nothing, on or off: it adds to the score only.
    `measures_popularity`: exactly one part; the penalty `long_tail` is taken off its weight, and users without history
    are always scored by it. `anchors_search`: exactly one part; the search for weights begins with it alone.
    """

    name: str
    meaning: str
    figure: str
    label: str
    settings: str = ""
    reason: Mapping[str, str] = field(default_factory=dict)
    reason_patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_weight: float = 0.0
    curves: tuple[LearningCurve, ...] = ()
    published: bool = True
    measures_popularity: bool = False
    anchors_search: bool = False


CHOSEN_TOGETHER = ScorePart(
    name="chosen_together",
    meaning="products that the same users chose at one time or one after the other (item-kNN)",
    figure="item_knn",
    label="item-kNN alone",
    settings="knn",
    reason={"en": "Chosen together with {}", "de": "Zusammen gewählt mit {}"},
    reason_patterns={
        "en": (
            "(Chosen|Picked|Taken) (together with|along with|beside) the *",
            "(Others|Customers) (chose|picked|took) it (together with|along with|beside) the *",
            "(Goes|Comes) (together with|along with) the *",
        ),
        "de": (
            "(Zusammen|Gemeinsam) (gewählt|genommen|ausgesucht) mit *",
            "(Andere|Kunden) (wählten|nahmen) es (zusammen|gemeinsam) mit *",
        ),
    },
    default_weight=0.45,
    anchors_search=True,
)

SIMILAR_TEXT = ScorePart(
    name="similar_text",
    meaning="products whose texts share rare words (cosine of TF-IDF vectors)",
    figure="lexical",
    label="similar text alone (TF-IDF)",
    reason={"en": "Described like {}", "de": "Beschrieben wie {}"},
    reason_patterns={
        "en": (
            "(Described|Presented) (like|much like|in words like those of) the *",
            "(Its description|Its text) resembles that of the *",
        ),
        "de": (
            "(Beschrieben|Vorgestellt) (wie|ganz wie|so wie) *",
            "(Seine Beschreibung|Sein Text) ähnelt dem von *",
        ),
    },
    default_weight=0.25,
)

SIMILAR_MEANING = ScorePart(
    name="similar_meaning",
    meaning="products whose texts mean something similar (cosine of the encoder's vectors)",
    figure="encoder",
    label="similar meaning alone (encoder)",
    settings="projection",
    reason={"en": "Similar to {}", "de": "Ähnlich wie {}"},
    reason_patterns={
        "en": (
            "(Similar to|Akin to|Related to) the *",
            "(Of a kind with|In the manner of|In the vein of) the *",
        ),
        "de": ("(Ähnlich wie|Verwandt mit|Nahe bei|In der Art von|Von der Art wie) *",),
    },
    default_weight=0.2,
    curves=(
        LearningCurve("Encoder fine-tuning: contrastive loss", "optimiser steps", ("train_loss", "validation_loss")),
        LearningCurve("Projection of the vectors: loss", "rounds", ("projection_loss",), figures=("projection_ndcg",)),
    ),
)

NEXT_CHOICE = ScorePart(
    name="next_choice",
    meaning="products that a self-attentive network expects after the user's last ones",
    figure="next_choice",
    label="next-choice network alone",
    settings="next_choice",
    reason={
        "en": "Goes with what you chose lately, such as {}",
        "de": "Passt zu dem, was du zuletzt gewählt hast, etwa {}",
    },
    reason_patterns={
        "en": (
            "(Goes with|Fits|Suits|Follows) what you chose (lately|recently|last), (such as|like|among it) the *",
            "(After|Following) what you chose (lately|recently), such as the *",
        ),
        "de": ("(Passt|Gehört|Kommt) zu dem, was du (zuletzt|kürzlich|neulich) gewählt hast, (etwa|wie|so) *",),
    },
    curves=(
        LearningCurve(
            "Next-choice network: loss",
            "rounds",
            ("next_choice_loss",),
            figures=("next_choice_ndcg",),
        ),
    ),
)

TWO_VECTORS = ScorePart(
    name="two_vectors",
    meaning="products that a small network of a user's and a product's vector scores high; off by default",
    figure="two_vectors",
    label="two-vector scorer alone",
    settings="two_vectors",
    reason={"en": "Fits what you chose lately", "de": "Passt zu dem, was du zuletzt gewählt hast"},
    curves=(
        LearningCurve(
            "Two-vector scorer: loss",
            "rounds",
            ("two_vectors_loss",),
            figures=("two_vectors_ndcg",),
        ),
    ),
)

WELL_RATED = ScorePart(
    name="well_rated",
    meaning="products whose ratings lie above the mean, corrected for who rated; off by default",
    figure="well_rated",
    label="ratings alone",
    settings="ratings",
    reason={"en": "Rated well by those who have it", "de": "Gut bewertet von denen, die es haben"},
)

POPULAR = ScorePart(
    name="popular",
    meaning="products that many chose lately",
    figure="popularity",
    label="popularity alone",
    settings="popularity",
    reason={"en": "Popular right now", "de": "Gerade beliebt"},
    default_weight=0.1,
    measures_popularity=True,
)

RECENTLY_KNOWN = ScorePart(
    name="recently_known",
    meaning="products that were chosen for the first time not long ago; off by default",
    figure="recently_known",
    label="newness alone",
    settings="popularity",
    published=False,
)

SCORE_PARTS = (
    CHOSEN_TOGETHER,
    SIMILAR_TEXT,
    SIMILAR_MEANING,
    NEXT_CHOICE,
    TWO_VECTORS,
    WELL_RATED,
    POPULAR,
    RECENTLY_KNOWN,
)
REASON_KINDS = tuple(part.name for part in SCORE_PARTS if part.published)
UNPUBLISHED = tuple(part.name for part in SCORE_PARTS if not part.published)
(ANCHOR,) = (part.name for part in SCORE_PARTS if part.anchors_search)
(POPULARITY,) = (part.name for part in SCORE_PARTS if part.measures_popularity)
