"""Policies that every DAG keeps, and the shape of the nightly one and of those for past dates."""

import os
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dags(tmp_path_factory):
    before = dict(os.environ)
    os.environ |= {"AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(ROOT / "dags"))
    os.environ.clear()
    os.environ.update(before)
    assert not bag.import_errors
    return bag.dags


def test_each_dag_says_what_it_makes_who_reads_it_and_what_to_do_when_it_fails(dags):
    for dag in dags.values():
        for word in ("**Makes**", "**Read by**", "**When it fails**", "**Run it again**"):
            assert word in dag.doc_md, (dag.dag_id, word)


def test_each_task_has_an_end_and_an_owner(dags):
    for dag in dags.values():
        assert dag.catchup is False
        for task in dag.tasks:
            assert timedelta() < task.execution_timeout <= timedelta(hours=2), task.task_id
            assert task.owner == "nightshelf"
            assert task.retries >= 1


FLOW = [
    "open", "clean", "check_inputs", "features", "train", "register", "embed", "rank", "write", "check_outputs",
    "publish",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "flow"), [("nightly_recommendations", FLOW), ("backfill_nights", FLOW), ("backfill_days", FLOW[:4])]
)
def test_a_night_reads_as_the_flow(dags, name, flow):
    night = dags[name]
    assert [t.task_id for t in night.topological_sort()] == flow
    for before, after in pairwise(flow):
        assert night.get_task(before).downstream_task_ids == {after}


def test_nights_come_one_by_one_and_past_dates_only_in_backfills(dags):
    """Airflow starts no run by itself where none is allowed; a backfill has a limit of its own."""
    assert {name: dag.max_active_runs for name, dag in dags.items()} == {
        "nightly_recommendations": 1, "backfill_days": 0, "backfill_nights": 0,
    }  # fmt: skip
    for name in ("backfill_days", "backfill_nights"):
        assert "manual" not in {str(t.value) for t in dags[name].allowed_run_types}


def test_spark_and_the_gpu_have_pools_of_their_own(dags):
    pools = {t.task_id: t.pool for t in dags["nightly_recommendations"].tasks}
    assert {n for n, p in pools.items() if p == "spark"} == {"clean", "features", "rank"}
    assert {n for n, p in pools.items() if p == "gpu"} == {"train", "embed", "write"}


def test_the_form_has_typed_fields(dags):
    params = dags["nightly_recommendations"].params
    assert set(params) == {"run_date", "full_refresh", "retrain", "skip_training", "k"}
    assert params.get_param("run_date").schema["format"] == "date"
    assert params.get_param("k").schema["minimum"] == 1


def test_every_step_of_the_night_is_a_task(dags):
    from pipelines.night.steps import STEPS

    assert [t.task_id for t in dags["nightly_recommendations"].topological_sort()][1:] == list(STEPS)


def test_tasks_that_check_keep_their_link_when_the_dag_is_stored(dags):
    from airflow.serialization.serialized_objects import DagSerialization

    stored = DagSerialization.from_dict(DagSerialization.to_dict(dags["nightly_recommendations"]))
    links = {task.task_id: task.extra_links for task in stored.tasks if task.extra_links}
    assert links == {"check_inputs": ["Data Docs"], "check_outputs": ["Data Docs"]}
