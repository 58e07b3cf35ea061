"""A model's golden probe: a small shop in its folder, and the model's outputs there, to verify a copy that is loaded.

The shop holds a sample of products, made-up histories and what behaviour says of these products. No user's history is
in it: a model is kept longer than those may be. Vectors, networks and weights are not in it; they come from the model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from pipelines.atomic_files import write_json
from pipelines.registry.load_back import PROBE
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.ranker_files import ARRAYS, load_ranker, save_ranker
from recommender.ranking.sparse_rows import restrict
from training.ranker.model_folder import SavedModel

PROBE_SHOP, QUESTIONS = "probe", "questions.json"
TEXTS = 8  # whose vectors are compared
USERS = 8  # made-up users whose lists are compared
SEED = 8
LIST_LENGTH = 10


def save_probe(model: SavedModel, ranker: Ranker, texts: Sequence[str]) -> None:
    """Write the probe to the folder of `model`: the inputs, and the model's present outputs.

    `ranker` is the model's own among all products, which have these `texts`.
    """
    pasts = drawn_pasts(ranker)
    lists = ranker.lists(pasts, pasts, LIST_LENGTH)
    known = chain(range(min(TEXTS, len(texts))), lists[lists >= 0], *pasts)
    products = np.array(sorted({int(product) for product in known}), np.int64)
    save_ranker(_among(ranker, products), model.folder / PROBE_SHOP)
    places = {int(product): place for place, product in enumerate(products)}
    questions = {
        "texts": [texts[product] for product in products],
        "histories": [[places[int(item)] for item in past] for past in pasts],
    }
    write_json(model.folder / PROBE_SHOP / QUESTIONS, questions)
    write_json(model.folder / PROBE, answers(model))


def drawn_pasts(ranker: Ranker) -> list[np.ndarray]:
    """int32: made-up histories of 1 to USERS products, drawn from the products that anybody chose, if there are any."""
    chosen = np.flatnonzero(ranker.popularity > 0)
    chosen = chosen if len(chosen) else np.arange(len(ranker.popularity))
    rng = np.random.default_rng(SEED)
    return [rng.permutation(chosen)[:length].astype(np.int32) for length in range(1, USERS + 1)]


def answers(model: SavedModel) -> dict[str, Any]:
    """The outputs of `model` for the probe in its folder, computed in float32 on the CPU on every machine.

    `vectors` of some `texts`; `lists`, for each user the first products with their score and the contribution of
    each part at weight one; `settings`, the blend and the kNN settings.
    """
    folder = model.folder / PROBE_SHOP
    questions, shop = json.loads((folder / QUESTIONS).read_text()), load_ranker(folder)
    model = replace(model, encoder=model.encoder.in_float32_on_cpu())
    vectors = model.embed(questions["texts"])
    ranker = replace(
        shop,
        vectors=on_grid(vectors),
        blend=model.blend,
        settings=model.knn,
    )
    for learned in model.learned.values():
        ranker = ranker.with_part(learned.part_for(shop.product_ids, vectors))
    return {
        "texts": questions["texts"][:TEXTS],
        "vectors": vectors[:TEXTS].tolist(),
        "lists": _lists(ranker, questions),
        "settings": {"blend": model.blend.as_json(), "knn": model.knn.model_dump()},
    }


def _lists(ranker: Ranker, questions: dict[str, Any]) -> list[list[dict[str, Any]]]:
    pasts = [np.array(items, np.int32) for items in questions["histories"]]
    ranked = ranker.rank(pasts, pasts, LIST_LENGTH)
    scores = ranked.parts.sum(axis=2)
    even = replace(ranker.blend, weights=dict.fromkeys(ranker.columns, 1.0), long_tail=0.0, segments=())
    parts = replace(ranker, blend=even).contributions(pasts, pasts).at(np.maximum(ranked.items, 0))
    return [
        [
            {"product_id": str(ranker.product_ids[item]), "score": float(scores[user, place])}
            | dict(zip(ranker.columns, parts[user, place].tolist(), strict=True))
            for place, item in enumerate(items)
            if item >= 0
        ]
        for user, items in enumerate(ranked.items)
    ]


def _among(ranker: Ranker, products: np.ndarray) -> Ranker:
    """`ranker` restricted to these products, which orders lists by the score alone; without learned parts."""
    arrays = {name: getattr(ranker, name)[products] for name in ("product_ids", *ARRAYS)}
    parts = (part.restrict_to(products) for part in ranker.parts)
    return replace(
        ranker,
        **arrays,
        lexical=restrict(ranker.lexical, products),
        parts=tuple(part for part in parts if part is not None),
        short={},
        diversity=0.0,
        most_per_brand=0,
    )
