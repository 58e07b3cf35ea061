"""Policies of every DAG, and the order of tasks in each."""

import ast
import os
import re
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


DAG_FILES = sorted((ROOT / "dags").glob("*.py"))


@pytest.mark.parametrize("file", DAG_FILES, ids=lambda file: file.stem)
def test_a_dag_file_imports_only_airflow_and_orchestration(file):
    imports = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {getattr(node, "module", None) or node.names[0].name for node in imports}
    assert {m for m in modules if m != "airflow.sdk" and not m.startswith("pipelines.orchestration.")} == set()


def test_each_dag_documents_what_it_feeds_and_what_to_do_when_it_fails(dags):
    for dag in dags.values():
        for heading in ("**Feeds**", "**Normal**", "**When it fails**", "**Run it again**"):
            assert heading in dag.doc_md, (dag.dag_id, heading)


def test_each_dag_links_to_a_paragraph_of_the_runbook(dags):
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs/runbook.md").read_text(), re.M)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for dag in dags.values():
        links = re.findall(r"\(docs/runbook\.md#([^)]+)\)", dag.doc_md)
        assert links, dag.dag_id
        assert set(links) <= anchors, dag.dag_id


def test_each_task_has_a_time_limit_retries_and_an_owner(dags):
    for dag in dags.values():
        assert dag.catchup is False
        for task in dag.tasks:
            assert timedelta() < task.execution_timeout <= timedelta(hours=2), task.task_id
            assert task.owner == "nightshelf"
            assert task.retries >= 1


FLOW = [
    "open", "clean", "features", "check_inputs", "train", "register", "embed", "rank", "write", "check_outputs",
    "publish",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "flow"), [("nightly_recommendations", FLOW), ("backfill_nights", FLOW), ("backfill_days", FLOW[:4])]
)
def test_tasks_run_in_the_order_of_the_night(dags, name, flow):
    night = dags[name]
    assert [t.task_id for t in night.topological_sort()] == flow
    for before, after in pairwise(flow):
        assert night.get_task(before).downstream_task_ids == {after}


def test_one_night_runs_at_a_time_and_past_dates_only_in_backfills(dags):
    """With a limit of 0, Airflow starts no run by itself; a backfill has a limit of its own."""
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
    assert set(params) == {"run_date", "full_refresh", "retrain", "skip_training", "k", "anyway"}
    assert params.get_param("run_date").schema["format"] == "date"
    assert params.get_param("k").schema["minimum"] == 1


def test_every_step_of_the_night_is_a_task(dags):
    from pipelines.night.steps import STEPS

    assert [t.task_id for t in dags["nightly_recommendations"].topological_sort()][1:] == list(STEPS)


def test_checking_tasks_keep_their_link_when_the_dag_is_serialised(dags):
    from airflow.serialization.serialized_objects import DagSerialization

    stored = DagSerialization.from_dict(DagSerialization.to_dict(dags["nightly_recommendations"]))
    links = {task.task_id: task.extra_links for task in stored.tasks if task.extra_links}
    assert links == {"check_inputs": ["Data Docs"], "check_outputs": ["Data Docs"]}
