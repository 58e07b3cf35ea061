"""One run of training: what it reads, where it writes, and its loss curves, notes and times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.night.night import Night
from pipelines.settings.tree import Settings
from recommender.ranking.eval_cases import EvalCases, UsersWithHistory
from recommender.ranking.ranker import Ranker
from training.encoder.pairs import Reviews
from training.ranker.checkpoint import Checkpoint
from training.ranker.inputs import Inputs
from training.ranker.model_folder import SavedModel, vector_caches
from training.ranker.read_inputs import read_inputs, read_reviews
from training.ranker.time_split import DayWindow, TimeSplit, cases_in, others_in, split_by_time


@dataclass
class TrainingRun:
    """Inputs, split and folders of one run, and what it notes: loss curves, sentences, seconds of each part.

    `work` is the working folder of the night; `caches` has a folder of product vectors for each encoder; `read_reviews`
    reads the reviews of the products of `inputs`, which only tuning the encoder needs.
    """

    settings: Settings
    run_date: date
    work: Path
    caches: Path
    inputs: Inputs
    split: TimeSplit
    read_reviews: Callable[[], Reviews]
    curves: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, night: Night) -> TrainingRun:
        """The run of `night`, its inputs read and its days split."""
        began = time.perf_counter()
        inputs, settings = read_inputs(night), night.settings
        validation_days = settings.training.validation_days
        split = split_by_time(inputs.log, inputs.showable, night.run_date, settings.guards, validation_days)
        reviews = partial(read_reviews, night, inputs.product_ids)
        run = cls(settings, night.run_date, night.work, vector_caches(night.home), inputs, split, reviews)
        run.seconds["read"] = round(time.perf_counter() - began, 2)
        return run

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Note how long the body takes."""
        began = time.perf_counter()
        yield
        self.seconds[part] = round(self.seconds.get(part, 0) + time.perf_counter() - began, 2)

    def checkpoint(self, name: str) -> Checkpoint:
        """Where the training called `name` keeps its state."""
        return Checkpoint(self.work / "checkpoints" / f"{name}.pt")

    def validation_cases(self) -> EvalCases:
        """The users of the validation days."""
        return self._cases(self.split.validation)

    def test_cases(self) -> EvalCases:
        """The users of the test days."""
        return self._cases(self.split.test)

    def users_with_history(self, window: DayWindow) -> UsersWithHistory:
        """Users with a history before the window: those who chose something new in it, and the others."""
        arguments = (self.inputs.log, window, self.inputs.showable, self.settings.knn.history)
        others, count = others_in(*arguments)
        return UsersWithHistory(cases_in(*arguments), others, (window.users, count))

    def _cases(self, window: DayWindow) -> EvalCases:
        return cases_in(self.inputs.log, window, self.inputs.showable, self.settings.knn.history)

    def vectors(self, model: SavedModel) -> np.ndarray:
        """float32 (n, d): the vector of each product by `model`."""
        return model.vectors(self.inputs, self.caches, self.settings.training)

    def encoder_vectors(self, model: SavedModel) -> np.ndarray:
        """float32 (n, d): the same without the model's projection."""
        return model.encoder_vectors(self.inputs, self.caches, self.settings.training)

    def ranker(self, model: SavedModel, until: int) -> Ranker:
        """`model` with the behaviour up to day `until`."""
        with self.timed("embed"):
            vectors = self.vectors(model)
        with self.timed("count neighbours"):
            return self.inputs.ranker(until, vectors, model.blend, model.knn, model.learned)
