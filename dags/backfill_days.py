"""Past days: clean and feature tables of each date, in any order and in parallel. Runs only in backfills.

**Feeds** versions of days of the clean and feature tables, read by the nights of these and later dates, which then do
not build them again. Publishes no release.

**Normal** "done before": a date whose inputs have not changed is not built again.

**When it fails** the other dates go on, and no release is touched. The last line of the failed task's log gives the
reason in one sentence. Look it up in [the runbook](docs/runbook.md#past-days-are-missing).

**Run it again** `nightshelf backfill HOME FROM TO --days-only`, or *Backfill* on this page. Its number of active runs
is the number of Spark drivers that run at the same time: each takes `[spark] driver_memory`.
"""

from airflow.sdk import DAG

from pipelines.orchestration.dag_defaults import backfill_dag_arguments, daily, days_form
from pipelines.orchestration.task_groups import open_step, prepare_data

with DAG(
    "backfill_days",
    description="Clean and feature tables of past days",
    schedule=daily(),
    params=days_form(),
    doc_md=__doc__,
    **backfill_dag_arguments(),
):
    open_step() >> prepare_data(spark_pool="default_pool")
