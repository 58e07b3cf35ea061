"""The step `embed`: vectors and ranker of the model in force on the night's data, and the bundler of visits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from pipelines.atomic_files import clear_folder
from pipelines.contracts.newcomers import NEWCOMERS
from pipelines.contracts.popularity import POPULARITY
from pipelines.contracts.product_embeddings import PRODUCT_EMBEDDINGS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.sessions import SESSIONS
from pipelines.contracts.user_embeddings import USER_EMBEDDINGS
from pipelines.night.model_in_force import version_in_force
from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.night.table_io import read_table, write_table
from recommender.ranking.histories import Histories
from recommender.ranking.knn import query
from recommender.ranking.quantised_vectors import user_vectors
from recommender.ranking.ranker import Ranker
from recommender.ranking.ranker_files import save_ranker
from training.bundles.visit_labels import Catalogue, fit_visit_bundler
from training.encoder.encoder import make_repeatable
from training.encoder.product_vectors import drop_other_caches
from training.ranker.inputs import Inputs
from training.ranker.model_folder import ENCODER, cache_of, load_model, vector_caches
from training.ranker.newcomers import newcomer_rows
from training.ranker.popularity import popularity_rows
from training.ranker.read_inputs import read_inputs
from training.ranker.time_split import day_number

USER_BLOCK = 10_000  # users whose vectors are computed at once


def main(argv: Sequence[str] | None = None) -> None:
    """Write the tables of the model, `ranker/` and `visit_bundler/` of the night that `--night` names."""
    step_process("embed", embed, argv)


def embed(night: Night) -> None:
    """Apply the model in `model_in_force/` to all behaviour up to the run date, and write what ranking reads."""
    make_repeatable(night.settings.training.threads, night.settings.training.seed)
    inputs = read_inputs(night)
    model = load_model(night.work / "model_in_force")
    version = version_in_force(night.work)
    caches, settings = vector_caches(night.home), night.settings.training
    vectors = model.vectors(inputs, caches, settings)
    until = day_number(night.run_date)
    ranker = inputs.ranker(until, vectors, model.blend, model.knn, model.learned)
    past = inputs.histories(until, model.knn)
    save_ranker(ranker.with_user_counts(past), night.work / "ranker")
    folders = [night.work / name for name in ("model_in_force", "challenger", "predecessor")]
    used = {cache_of(folder, caches, settings).name for folder in folders if (folder / ENCODER).is_dir()}
    drop_other_caches(caches, used)
    products = read_table(night, PRODUCTS)
    made = {
        PRODUCT_EMBEDDINGS: product_rows(inputs, vectors, version),
        USER_EMBEDDINGS: user_rows(ranker, past, version),
        NEWCOMERS: newcomer_rows(ranker, vectors, model.embed, night.settings.newcomers, version),
        POPULARITY: popularity_rows(inputs.days, night.run_date, model.blend.half_life_days),
    }
    for table, rows in made.items():
        write_table(night, table, rows, {PRODUCTS.name: products})
    folder = clear_folder(night.work / "visit_bundler")
    if night.settings.session_bundles.enabled:
        sessions, catalogue = read_table(night, SESSIONS), Catalogue(products, vectors, model.embed)
        seed = night.settings.training.seed
        bundler = fit_visit_bundler(sessions, catalogue, night.run_date, night.settings.session_bundles, seed)
        if bundler is not None:
            bundler.save(folder)


def product_rows(inputs: Inputs, vectors: np.ndarray, version: str) -> pa.Table:
    """The rows of `product_embeddings`."""
    return pa.table(
        {
            "product_id": inputs.product_ids.tolist(),
            "text_hash": list(inputs.text_hashes),
            "vector": vector_column(vectors),
            "model_version": pa.repeat(version, len(vectors)),
        }
    )


def user_rows(ranker: Ranker, past: Histories, version: str) -> pa.Table:
    """The rows of `user_embeddings`: each user's history, and the vector that the ranking makes of it."""
    ids, lists = ranker.product_ids, past.lists()
    blocks = [
        user_vectors(query(lists[at : at + USER_BLOCK], len(ids), ranker.settings), ranker.vectors)
        for at in range(0, len(lists), USER_BLOCK)
    ]
    vectors = np.concatenate([np.zeros((0, ranker.vectors.shape[1]), np.float32), *blocks])
    starts = pa.array(past.starts.astype(np.int32))
    history = pa.ListArray.from_arrays(starts, pa.array(ids[past.items].tolist(), pa.string()))
    return pa.table(
        {
            "user_id": pa.array(past.users.tolist(), pa.string()),
            "history": history,
            "turns": pa.ListArray.from_arrays(starts, pa.array(past.turns, pa.int32())),
            "products": np.diff(past.starts).astype(np.int32),
            "vector": vector_column(vectors),
            "model_version": pa.repeat(version, len(lists)),
        }
    )


def vector_column(vectors: np.ndarray) -> pa.ListArray:
    """A column of lists of float32, one for each row of `vectors` (n, d)."""
    starts = np.arange(len(vectors) + 1, dtype=np.int32) * np.int32(vectors.shape[1])
    return pa.ListArray.from_arrays(starts, pa.array(vectors.astype(np.float32).ravel()))


if __name__ == "__main__":
    main()
