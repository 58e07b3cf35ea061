"""Past days: clean and feature tables of each, in any order and side by side. Runs only in backfills.

**Makes** versions of days of the clean and feature tables, and for each date a night without a release
(`staging/<run>`), which says what it saw.

**Read by** the nights that follow: they find their days built.

**Normal** "done before": a date whose inputs are the same is not built again.

**When it fails** the other dates go on, and no release is touched. The last line of the failed task's log says why in
one sentence; then look it up in `docs/runbook.md`.

**Run it again** `nightshelf backfill HOME FROM TO --days-only`, or *Backfill* on this page. Its number of active runs
is the number of Spark drivers at work at once: each takes `[spark] driver_memory`.
"""

from airflow.sdk import DAG

from pipelines.orchestration.dag_defaults import backfill_rules, days_form, each_day
from pipelines.orchestration.task_groups import open_step, prepare

with DAG(
    "backfill_days",
    description="Clean and feature tables of past days",
    schedule=each_day(),
    params=days_form(),
    doc_md=__doc__,
    **backfill_rules(),
):
    open_step() >> prepare(pool="default_pool")
