"""A ranker on disk: npy, npz, safetensors and JSON, never a pickle; vectors are memory-mapped, not read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from pipelines.atomic_files import clear_folder, write_json
from pipelines.contracts.score_parts import SCORE_PARTS
from pipelines.settings.knn import Knn
from recommender.ranking.blend import Blend
from recommender.ranking.quantised_vectors import ApproximateVectors
from recommender.ranking.ranker import Ranker
from recommender.ranking.score_parts.all_parts import load_parts
from recommender.ranking.sparse_rows import load_matrix, save_matrix

ARRAYS = ("showable", "vectors", "popularity", "brands")
LEXICAL = "lexical.npz"
ORDER, ORDERED_BY = "order.json", ("diversity", "most_per_brand")
SHORT, AXES = "short_", "axes_"  # and the name of the part


def save_ranker(ranker: Ranker, folder: Path) -> None:
    """Write `ranker` to `folder`, which is emptied first."""
    clear_folder(folder)
    for name in ARRAYS:
        np.save(folder / f"{name}.npy", getattr(ranker, name), allow_pickle=False)
    save_matrix(ranker.lexical, folder / LEXICAL)
    for part in ranker.parts:
        part.save(folder)
    for name, short in ranker.short.items():
        np.save(folder / f"{SHORT}{name}.npy", short.products, allow_pickle=False)
        np.save(folder / f"{AXES}{name}.npy", short.axes, allow_pickle=False)
    ranker.blend.save(folder / "blend.json")
    write_json(folder / "knn.json", ranker.settings.model_dump())
    write_json(folder / "product_ids.json", ranker.product_ids.tolist())
    write_json(folder / ORDER, {name: getattr(ranker, name) for name in ORDERED_BY})


def load_ranker(folder: Path) -> Ranker:
    """The ranker in `folder`; its vectors stay on disk and are shared between processes."""
    ids = np.array(json.loads((folder / "product_ids.json").read_text()), dtype=str)
    arrays = {n: np.load(folder / f"{n}.npy", mmap_mode="r", allow_pickle=False) for n in ARRAYS}
    shorts = {entry.name: _load_short(folder, entry.name) for entry in SCORE_PARTS}
    return Ranker(
        product_ids=ids,
        **arrays,
        lexical=load_matrix(folder / LEXICAL, len(ids)),
        parts=load_parts(folder, len(ids)),
        blend=Blend.load(folder / "blend.json"),
        settings=Knn.model_validate_json((folder / "knn.json").read_text()),
        short={name: short for name, short in shorts.items() if short is not None},
        **json.loads((folder / ORDER).read_text()),
    )


def _load_short(folder: Path, part: str) -> ApproximateVectors | None:
    if not (folder / f"{SHORT}{part}.npy").is_file():
        return None
    axes = np.load(folder / f"{AXES}{part}.npy", allow_pickle=False)
    return ApproximateVectors(axes, np.load(folder / f"{SHORT}{part}.npy", mmap_mode="r", allow_pickle=False))
