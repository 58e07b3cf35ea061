"""A ranker on disk: npy, npz and JSON, never a pickle; vectors are mapped, not read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy import sparse

from pipelines.atomic_files import clear_folder, write_json
from pipelines.settings.knn import Knn
from recommender.ranking.approximate import ApproximateVectors
from recommender.ranking.blend import PARTS, Blend
from recommender.ranking.next_choice import NextChoiceScorer, load_weights, save_weights
from recommender.ranking.ranker import Ranker
from recommender.ranking.two_vectors import TwoVectorsScorer

ARRAYS = ("showable", "vectors", "popularity", "brands")
MATRICES = ("knn", "lexical", "together")
ORDER, ORDERED_BY = "order.json", ("diversity", "most_per_brand")
RATED = "rated.npy"
SHORT, AXES = "short_", "axes_"  # and the name of the part
NEXT_CHOICE = "next_choice.npy"  # its products; weights lie beside


def save_ranker(ranker: Ranker, folder: Path) -> None:
    """Write `ranker` to `folder`, which is emptied first."""
    clear_folder(folder)
    for name in ARRAYS:
        np.save(folder / f"{name}.npy", getattr(ranker, name), allow_pickle=False)
    for name in MATRICES:
        matrix = getattr(ranker, name)
        if matrix is None:
            continue
        np.savez(
            folder / f"{name}.npz",
            allow_pickle=False,
            data=matrix.data,
            indices=matrix.indices.astype(np.int32),
            indptr=matrix.indptr.astype(np.int64),
        )
    if ranker.next_choice is not None:
        np.save(folder / NEXT_CHOICE, ranker.next_choice.products, allow_pickle=False)
        save_weights(folder, ranker.next_choice.weights)
    for part, short in ranker.short.items():
        np.save(folder / f"{SHORT}{PARTS[part]}.npy", short.products, allow_pickle=False)
        np.save(folder / f"{AXES}{PARTS[part]}.npy", short.axes, allow_pickle=False)
    if ranker.two_vectors is not None:
        ranker.two_vectors.save(folder)
    if ranker.rated is not None:
        np.save(folder / RATED, ranker.rated, allow_pickle=False)
    ranker.blend.save(folder / "blend.json")
    write_json(folder / "knn.json", ranker.settings.model_dump())
    write_json(folder / "product_ids.json", ranker.product_ids.tolist())
    write_json(folder / ORDER, {name: getattr(ranker, name) for name in ORDERED_BY})


def load_ranker(folder: Path) -> Ranker:
    """The ranker in `folder`; its vectors stay on disk and are shared between processes."""
    ids = np.array(json.loads((folder / "product_ids.json").read_text()), dtype=str)
    arrays = {n: np.load(folder / f"{n}.npy", mmap_mode="r", allow_pickle=False) for n in ARRAYS}
    matrices = {n: _load_matrix(folder / f"{n}.npz", len(ids)) for n in MATRICES}
    return Ranker(
        product_ids=ids,
        **arrays,
        **matrices,
        blend=Blend.load(folder / "blend.json"),
        settings=Knn.model_validate_json((folder / "knn.json").read_text()),
        next_choice=_load_next_choice(folder),
        two_vectors=TwoVectorsScorer.load(folder),
        short={part: short for part in range(len(PARTS)) if (short := _load_short(folder, PARTS[part]))},
        rated=np.load(folder / RATED, allow_pickle=False) if (folder / RATED).is_file() else None,
        **json.loads((folder / ORDER).read_text()),
    )


def _load_next_choice(folder: Path) -> NextChoiceScorer | None:
    weights = load_weights(folder)
    return None if weights is None else NextChoiceScorer(weights, np.load(folder / NEXT_CHOICE, allow_pickle=False))


def _load_short(folder: Path, part: str) -> ApproximateVectors | None:
    if not (folder / f"{SHORT}{part}.npy").is_file():
        return None
    axes = np.load(folder / f"{AXES}{part}.npy", allow_pickle=False)
    return ApproximateVectors(axes, np.load(folder / f"{SHORT}{part}.npy", mmap_mode="r", allow_pickle=False))


def _load_matrix(file: Path, n: int) -> sparse.csr_array | None:
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as parts:
        return sparse.csr_array((parts["data"], parts["indices"], parts["indptr"]), shape=(n, n))
