"""The flow of a night, in parts that DAGs put together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, TaskGroup

from pipelines.orchestration.operators import NightStep, OpenNight

RELEASE = Asset(name="nightshelf_release", uri="nightshelf://release")


def open_step() -> OpenNight:
    """The task that says which night it is."""
    return OpenNight(task_id="open", execution_timeout=timedelta(minutes=10))


def prepare(pool: str) -> TaskGroup:
    """Clean, check, features; Spark runs in `pool`."""
    with _group("prepare", "from raw files to checked features") as part:
        _step("clean", pool=pool) >> _step("check_inputs") >> _step("features", pool=pool)
    return part


def learn() -> TaskGroup:
    """Train, register, embed."""
    with _group("learn", "a challenger, its judgement, and the vectors of the model in force") as part:
        _step("train", pool="gpu", queue="gpu") >> _step("register") >> _step("embed", pool="gpu", queue="gpu")
    return part


def serve() -> TaskGroup:
    """Rank, write, check, publish."""
    with _group("serve", "lists and bundles with their texts, checked, then published in one step") as part:
        ranked = _step("rank", pool="spark") >> _step("write", pool="gpu", queue="gpu")
        ranked >> _step("check_outputs") >> _step("publish", outlets=[RELEASE])
    return part


def _step(name: str, **kwargs: Any) -> NightStep:
    return NightStep(task_id=name, step=name, **kwargs)


def _group(name: str, tooltip: str) -> TaskGroup:
    """Tasks that read as one part of the flow; their ids stay short."""
    return TaskGroup(name, tooltip=tooltip, prefix_group_id=False)
