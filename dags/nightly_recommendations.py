"""Every night: raw logs, reviews and catalogue → checked, versioned, explained tables.

**Makes** a release: `user_topk`, `cold_start_topk`, `bundles`, `user_bundles`, `cold_start_bundles`,
`session_bundles`, `similar_products`, `run_metrics`, `feedback_metrics`, `quarantine_summary`, with a manifest and one
HTML page.

**Read by** whatever shows products to users, and by analysts (`nightshelf sql`).

**Normal** warnings on a quiet Sunday; a challenger that is refused: the champion stays.

**When it fails** the last release and the champion stay in force. The last line of the failed task's log says why
in one sentence; then look it up in `docs/runbook.md`.

**Run it again** clear the failed task: finished steps are not repeated. Or trigger with the same run date:
the tables will be the same.
"""

from airflow.sdk import DAG

from pipelines.orchestration.dag_defaults import house_rules, night_form, nightly
from pipelines.orchestration.task_groups import learn, open_step, prepare, serve

with DAG(
    "nightly_recommendations",
    description="Raw behaviour, reviews and catalogue to published recommendation tables",
    schedule=nightly(),
    params=night_form(),
    doc_md=__doc__,
    **house_rules(),
):
    open_step() >> prepare(pool="spark") >> learn() >> serve()
