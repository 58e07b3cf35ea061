"""The steps of a night, in order, with the module that runs each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Step:
    """One process of the night."""

    name: str
    engine: Literal["spark", "python"]
    module: str
    arguments: tuple[str, ...] = ()


STEPS = {
    step.name: step
    for step in (
        Step("clean", "spark", "spark_jobs.clean"),
        Step("features", "spark", "spark_jobs.build_features"),
        Step("check_inputs", "python", "pipelines.quality.check", ("--tables", "inputs")),
        Step("train", "python", "training.train"),
        Step("register", "python", "pipelines.registry.register"),
        Step("embed", "python", "training.embed"),
        Step("rank", "spark", "spark_jobs.rank"),
        Step("write", "python", "training.write"),
        Step("check_outputs", "python", "pipelines.quality.check", ("--tables", "outputs")),
        Step("publish", "python", "pipelines.publish.publish"),
    )
}

# The steps of a night that builds the days of a date, and no release.
DAYS_ONLY = ("clean", "features", "check_inputs")
