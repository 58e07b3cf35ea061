"""The tasks of a night in three groups, which the DAG files chain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, TaskGroup

from pipelines.orchestration.operators import NightStep, OpenNight

RELEASE = Asset(name="nightshelf_release", uri="nightshelf://release")
GPU = {"pool": "gpu", "queue": "gpu"}


def open_step() -> OpenNight:
    """The task that determines date and inputs of the night and creates its working folder."""
    return OpenNight(task_id="open", execution_timeout=timedelta(minutes=10))


def prepare_data(spark_pool: str) -> TaskGroup:
    """Clean, features, check; the two Spark steps take a slot of `spark_pool`."""
    with _group("prepare_data", "from raw files to checked feature tables") as group:
        _step("clean", pool=spark_pool) >> _step("features", pool=spark_pool) >> _step("check_inputs")
    return group


def train_model() -> TaskGroup:
    """Train, register, embed."""
    with _group(
        "train_model", "a challenger, its comparison with the champion, and the vectors of the better"
    ) as group:
        _step("train", **GPU) >> _step("register") >> _step("embed", **GPU)
    return group


def make_release() -> TaskGroup:
    """Rank, write, check, publish."""
    with _group("make_release", "lists and bundles with their texts, checked, then published at once") as group:
        ranked = _step("rank", pool="spark") >> _step("write", **GPU)
        ranked >> _step("check_outputs") >> _step("publish", outlets=[RELEASE])
    return group


def _step(name: str, **kwargs: Any) -> NightStep:
    return NightStep(task_id=name, step=name, **kwargs)


def _group(name: str, tooltip: str) -> TaskGroup:
    """A group in the graph of Airflow's UI; the ids of its tasks stay those of the steps."""
    return TaskGroup(name, tooltip=tooltip, prefix_group_id=False)
