"""What one run of training works with: a night's inputs, its windows, and what there is to tell afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pipelines.night.night import Night
from recommender.ranking.eval_cases import EvalCases, UsersWithHistory
from recommender.ranking.ranker import Ranker
from training.ranker.checkpoint import Checkpoint
from training.ranker.inputs import Inputs, read_inputs
from training.ranker.model_folder import SavedModel
from training.ranker.time_split import DayWindow, TimeSplit, cases_in, others_in, split_by_time


@dataclass
class TrainingRun:
    """What one run of training works with and notes down."""

    night: Night
    inputs: Inputs
    split: TimeSplit
    curves: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, night: Night) -> TrainingRun:
        """The lab of a night, its inputs read and its days split."""
        began = time.perf_counter()
        inputs = read_inputs(night)
        guards, validation_days = night.settings.guards, night.settings.training.validation_days
        split = split_by_time(inputs.log, inputs.showable, night.run_date, guards, validation_days)
        return cls(night, inputs, split, seconds={"read": round(time.perf_counter() - began, 2)})

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Note how long the body takes."""
        began = time.perf_counter()
        yield
        self.seconds[part] = round(self.seconds.get(part, 0) + time.perf_counter() - began, 2)

    def checkpoint(self, name: str) -> Checkpoint:
        """Where the learning called `name` keeps how far it is."""
        return Checkpoint(self.night.work / "checkpoints" / f"{name}.pt")

    def validation_cases(self) -> EvalCases:
        """The users of the validation days."""
        return self._cases(self.split.validation)

    def test_cases(self) -> EvalCases:
        """The users of the test days."""
        return self._cases(self.split.test)

    def known(self, window: DayWindow) -> UsersWithHistory:
        """The users of the window, and beside them those who might have chosen something in it."""
        asked = (self.inputs.log, window, self.inputs.showable, self.night.settings.knn.history)
        others, count = others_in(*asked)
        return UsersWithHistory(cases_in(*asked), others, (window.users, count))

    def _cases(self, window: DayWindow) -> EvalCases:
        return cases_in(self.inputs.log, window, self.inputs.showable, self.night.settings.knn.history)

    def ranker(self, model: SavedModel, until: int) -> Ranker:
        """`model` with the behaviour up to day `until`."""
        with self.timed("embed"):
            vectors = model.vectors(self.night, self.inputs)
        with self.timed("count neighbours"):
            return self.inputs.ranker(until, vectors, model.blend, model.knn, model.learned)
