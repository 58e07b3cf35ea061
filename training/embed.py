"""The step `embed`: the model in force meets tonight's data: vectors, the ranker, and what visits taught."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from pipelines.atomic_files import clear_folder
from pipelines.contracts.newcomers import NEWCOMERS
from pipelines.contracts.popularity import POPULARITY
from pipelines.contracts.product_embeddings import PRODUCT_EMBEDDINGS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.sessions import SESSIONS
from pipelines.contracts.user_embeddings import USER_EMBEDDINGS
from pipelines.errors import StepFailed
from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.night.table_io import read_table, write_table
from recommender.ranking.histories import Histories
from recommender.ranking.knn import chosen_together, query
from recommender.ranking.quantised_vectors import user_vectors
from recommender.ranking.ranker import Ranker
from recommender.ranking.ranker_files import save_ranker
from training.bundles.visit_labels import Catalogue, Embed, fit_visit_bundler
from training.encoder.encoder import make_repeatable
from training.encoder.product_vectors import drop_other_caches
from training.ranker.inputs import Inputs, read_inputs
from training.ranker.model_folder import ENCODER, cache_of, load_model
from training.ranker.newcomers import newcomer_rows
from training.ranker.popularity import popularity_rows
from training.ranker.time_split import day_number

USERS_AT_ONCE = 10_000


def main(argv: Sequence[str] | None = None) -> None:
    """Write the tables of the model, `ranker/` and `visit_bundler/` of the night that `--night` names."""
    step_process("embed", embed, argv)


def embed(night: Night) -> None:
    """Vectors and ranker of the model in `model_in_force/`, with all behaviour up to the run date."""
    make_repeatable(night.settings.training.threads, night.settings.training.seed)
    inputs = read_inputs(night)
    model = load_model(night.work / "model_in_force")
    version = version_in_force(night)
    vectors = model.vectors(night, inputs)
    until = day_number(night.run_date)
    ranker = inputs.ranker(until, vectors, model.blend, model.knn, model.learned, model.two_vectors)
    past = inputs.histories(until, model.knn)
    save_ranker(replace(ranker, together=chosen_together(past, ranker.knn)), night.work / "ranker")
    tonight = [night.work / name for name in ("model_in_force", "challenger", "predecessor")]
    kept = {cache_of(model, night).name for model in tonight if (model / ENCODER).is_dir()}
    drop_other_caches(night.home / "embeddings", kept)
    write_table(night, PRODUCT_EMBEDDINGS, product_rows(inputs, vectors, version))
    write_table(night, USER_EMBEDDINGS, user_rows(ranker, past, version))
    write_table(night, NEWCOMERS, newcomer_rows(ranker, vectors, model.embed, night.settings.newcomers, version))
    popularity = popularity_rows(inputs.days, night.run_date, model.blend.half_life_days)
    write_table(night, POPULARITY, popularity, {PRODUCTS.name: read_table(night, PRODUCTS)})
    save_visit_bundler(night, vectors, model.embed)


def save_visit_bundler(night: Night, vectors: np.ndarray, embed: Embed) -> None:
    """Write `visit_bundler/` of the night; the folder is empty where it is switched off or the visits are too few."""
    folder, settings = clear_folder(night.work / "visit_bundler"), night.settings.session_bundles
    if not settings.enabled:
        return
    sessions, catalogue = read_table(night, SESSIONS), Catalogue(read_table(night, PRODUCTS), vectors, embed)
    bundler = fit_visit_bundler(sessions, catalogue, night.run_date, settings, night.settings.training.seed)
    if bundler is not None:
        bundler.save(folder)


def version_in_force(night: Night) -> str:
    """The registered version of the model in force, as the registry's decision names it."""
    file = night.work / "decision.json"
    try:
        return str(json.loads(file.read_text())["version"])
    except (OSError, KeyError) as missing:
        raise StepFailed(f"{file} does not say which version is in force. Run the step gate first.") from missing


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
    """The rows of `user_embeddings`; vectors as the ranking uses them."""
    ids, lists = ranker.product_ids, past.lists()
    blocks = [
        user_vectors(query(lists[at : at + USERS_AT_ONCE], len(ids), ranker.settings), ranker.vectors)
        for at in range(0, len(lists), USERS_AT_ONCE)
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
    """Rows of a matrix as a list column of float32."""
    starts = np.arange(len(vectors) + 1, dtype=np.int32) * np.int32(vectors.shape[1])
    return pa.ListArray.from_arrays(starts, pa.array(vectors.astype(np.float32).ravel()))


if __name__ == "__main__":
    main()
