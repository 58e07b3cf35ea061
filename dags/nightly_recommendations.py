"""Every night: raw logs, reviews and catalogue → checked, versioned, explained tables.

**Feeds** `user_topk`, `cold_start_topk`, `bundles`, `user_bundles`, `cold_start_bundles`, `session_bundles` and
`similar_products`, read by whatever shows products to users; `run_metrics`, `feedback_metrics` and
`quarantine_summary`, read by analysts (`nightshelf sql`). Together they are one release, with a manifest and a report
page.

**Normal** warnings on a quiet Sunday; a challenger that is refused: the champion stays.

**When it fails** the last release and the champion stay in force. The last line of the failed task's log gives the
reason in one sentence. Look up the task in [the runbook](docs/runbook.md#the-night-failed).

**Run it again** clear the failed task: steps that have ended are not repeated. Or trigger a run with the same run date:
the tables will be the same.
"""

from airflow.sdk import DAG

from pipelines.orchestration.dag_defaults import dag_arguments, night_form, nightly
from pipelines.orchestration.task_groups import make_release, open_step, prepare_data, train_model

with DAG(
    "nightly_recommendations",
    description="Raw behaviour, reviews and catalogue to published recommendation tables",
    schedule=nightly(),
    params=night_form(),
    doc_md=__doc__,
    **dag_arguments(),
):
    open_step() >> prepare_data(spark_pool="spark") >> train_model() >> make_release()
