"""Reads the tables of a night as arrays: interactions, catalogue, ratings and reviews."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contracts.interactions import INTERACTIONS
from pipelines.contracts.product_days import PRODUCT_DAYS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.night import Night
from pipelines.night.table_io import read_table
from recommender.ranking.interaction_log import InteractionLog, undone
from recommender.ranking.ratings import RatingLog
from training.encoder.pairs import Reviews
from training.encoder.product_texts import product_texts, product_words, review_text
from training.ranker.inputs import Inputs


def read_inputs(night: Night) -> Inputs:
    """Interactions up to the run date and the catalogue, as the night sees them."""
    products = read_table(night, PRODUCTS)
    ids = _text_array(products["product_id"])
    settings = night.settings
    blocked = np.isin(ids, np.array(settings.ranking.blocked, dtype=str))
    return Inputs(
        settings=settings,
        log=read_log(read_table(night, INTERACTIONS), ids, settings.guards.targets, settings.ranking.hide),
        texts=product_texts(products),
        words=product_words(products, settings.training.price_steps),
        text_hashes=products["text_hash"].to_pylist(),
        showable=products["available"].to_numpy().astype(bool) & ~blocked,
        brands=brand_numbers(products),
        ratings=read_ratings(night, ids) if settings.ratings.enabled else None,
        days=read_table(night, PRODUCT_DAYS),
    )


def read_log(
    interactions: pa.Table, product_ids: np.ndarray, targets: Collection[str], hide: Collection[str]
) -> InteractionLog:
    """`interactions` as a log, sorted by user, time and product; rows of products not in `product_ids` are dropped.

    `product_ids` is sorted; `targets` and `hide` are event types (settings `guards.targets`, `ranking.hide`).
    """
    table = interactions.filter(pc.is_in(interactions["product_id"], pa.array(product_ids.tolist(), pa.string())))
    users, user = np.unique(_text_array(table["user_id"]), return_inverse=True)
    product = np.searchsorted(product_ids, _text_array(table["product_id"]))
    last_ts = table["last_ts"].cast(pa.int64()).to_numpy()
    day = table["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    order = np.lexsort((product, last_ts, user))
    pairs = (user * np.int64(len(product_ids)) + product)[order]
    return InteractionLog(
        users=users,
        products=product_ids,
        user=user[order].astype(np.int64),
        product=product[order].astype(np.int64),
        day=day[order],
        weight=table["weight"].to_numpy()[order].astype(np.float64),
        last_ts=last_ts[order],
        target=_rows_with_any(table["event_types"], targets)[order],
        hides=_rows_with_any(table["event_types"], hide)[order],
        undone=undone(pairs, day[order], table["pieces"].to_numpy()[order].astype(np.int64)),
    )


def _rows_with_any(types: pa.ChunkedArray, wanted: Collection[str]) -> np.ndarray:
    """bool (rows,): whether the list of event types in a row has one of `wanted`."""
    found = np.zeros(len(types), bool)
    flat = pc.is_in(pc.list_flatten(types), pa.array(sorted(wanted), pa.string())).to_numpy().astype(bool)
    found[pc.list_parent_indices(types).to_numpy()[flat]] = True
    return found


def read_ratings(night: Night, product_ids: np.ndarray) -> RatingLog:
    """The stars that reviews of known products give, up to the run date."""
    rows = read_table(night, REVIEWS).sort_by("review_id")
    at, known = _places(_text_array(rows["product_id"]), product_ids)
    known &= rows["rating"].is_valid().to_numpy()
    writers = rows["user_id"].combine_chunks().cast(pa.string()).dictionary_encode().indices
    return RatingLog(
        user=pc.fill_null(writers, -1).to_numpy()[known].astype(np.int64),
        product=at[known],
        day=rows["day"].cast(pa.int32()).to_numpy()[known].astype(np.int64),
        value=pc.fill_null(rows["rating"], 0.0).to_numpy()[known],
    )


def _places(ids: np.ndarray, product_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int64: where each of `ids` stands in the sorted `product_ids`; bool: whether it does."""
    at = np.minimum(np.searchsorted(product_ids, ids), max(len(product_ids) - 1, 0))
    return at, product_ids[at] == ids if len(product_ids) else np.zeros(len(ids), bool)


def brand_numbers(products: pa.Table) -> np.ndarray:
    """int32 (n,): a number for each brand, however it is written large or small; -1 for a product without one."""
    names = pc.utf8_lower(pc.utf8_trim_whitespace(products["brand"].combine_chunks().cast(pa.string())))
    return pc.fill_null(names.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)


def read_reviews(night: Night, product_ids: np.ndarray) -> Reviews:
    """The reviews of known products up to the run date, in the order of their ids."""
    rows = read_table(night, REVIEWS).sort_by("review_id")
    at, known = _places(_text_array(rows["product_id"]), product_ids)
    texts = [review_text(r) for r, k in zip(rows.select(["title", "text"]).to_pylist(), known, strict=True) if k]
    return Reviews(at[known], rows["day"].cast(pa.int32()).to_numpy()[known].astype(np.int64), texts)


def _text_array(column: pa.ChunkedArray) -> np.ndarray:
    return np.array(column.to_pylist(), dtype=str)
