"""What training and embedding read of a night, and the ranker that stands on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from pipelines.contracts.interactions import INTERACTIONS
from pipelines.contracts.product_days import PRODUCT_DAYS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.night import Night
from pipelines.night.table_io import read_table
from pipelines.settings.knn import Knn
from pipelines.settings.tree import Settings
from recommender.ranking.blend import Blend
from recommender.ranking.histories import Histories, histories
from recommender.ranking.interaction_log import InteractionLog
from recommender.ranking.lexical import word_neighbours
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.ratings import RatingLog
from recommender.ranking.score_parts.all_parts import build_parts
from recommender.ranking.score_parts.model import LearnedWeights, PartInputs
from training.encoder.pairs import Reviews
from training.encoder.product_texts import product_texts, product_words, review_text
from training.ranker.popularity import days_of, popularity_of, popularity_rows
from training.ranker.read_log import read_log
from training.ranker.time_split import day_to_date


@dataclass(frozen=True)
class Inputs:
    """A night's interactions and catalogue; arrays and texts stand in the order of the sorted product ids.

    `days` has the rows of `product_days`, in which visitors count whom nobody knows; None where users are all there is.
    """

    settings: Settings
    log: InteractionLog
    texts: Sequence[str]
    words: Sequence[str]
    text_hashes: Sequence[str]
    showable: np.ndarray
    brands: np.ndarray
    ratings: RatingLog | None = None
    days: pa.Table | None = None

    @property
    def product_ids(self) -> np.ndarray:
        return self.log.products

    @cached_property
    def lexical(self) -> sparse.csr_array:
        """Nearest products by words; computed once."""
        return word_neighbours(self.words)

    def popularity(self, until: int, half_life_days: float) -> np.ndarray:
        """float32 (n,): log1p of each product's summed weights up to day `until`, halved every `half_life_days`."""
        days = days_of(self.log) if self.days is None else self.days
        return popularity_of(popularity_rows(days, day_to_date(until), half_life_days), self.product_ids)

    def histories(self, until: int, knn: Knn) -> Histories:
        """The users' last products up to day `until`."""
        return histories(self.log, until, knn.history)

    def ranker(
        self,
        until: int,
        vectors: np.ndarray,
        blend: Blend,
        knn: Knn,
        learned: Mapping[str, LearnedWeights],
    ) -> Ranker:
        """A ranker by the behaviour up to day `until`; `vectors` float32 (n, d) are the encoder's."""
        inputs = PartInputs(self.product_ids, vectors, self.log, until, knn, self.settings, self.ratings, learned)
        ranker = Ranker(
            product_ids=self.product_ids,
            showable=self.showable,
            lexical=self.lexical,
            vectors=on_grid(vectors),
            popularity=self.popularity(until, blend.half_life_days),
            brands=self.brands,
            parts=build_parts(inputs),
            blend=blend,
            settings=knn,
            diversity=self.settings.ranking.diversity,
            most_per_brand=self.settings.ranking.most_per_brand,
        )
        above = self.settings.ranking.approximate_above
        return ranker.shortened() if 0 < above < len(self.product_ids) else ranker


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
