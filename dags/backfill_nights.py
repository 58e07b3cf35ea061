"""Past nights in the order of their dates: models and releases. Runs only in backfills of one date each.

**Feeds** a release of its date with the same tables as `nightly_recommendations`, read by analysts who compare nights,
and by the night of the next date, whose model is judged against this one. `current` and `champion` move only where no
newer release exists.

**Normal** each date takes as long as a night.

**When it fails** `nightshelf backfill` stops at this date, because later ones would be judged against the wrong model.
The last release and the champion stay in force. The last line of the failed task's log gives the reason in one
sentence. Look it up in [the runbook](docs/runbook.md#past-days-are-missing).

**Run it again** `nightshelf backfill HOME FROM TO`: published dates are left out, and steps that have ended are not
repeated. On this page: *Backfill*, with one active run.
"""

from airflow.sdk import DAG

from pipelines.orchestration.dag_defaults import backfill_dag_arguments, daily
from pipelines.orchestration.task_groups import make_release, open_step, prepare_data, train_model

with DAG(
    "backfill_nights",
    description="Releases of past dates, in their order",
    schedule=daily(),
    doc_md=__doc__,
    **backfill_dag_arguments(),
):
    open_step() >> prepare_data(spark_pool="spark") >> train_model() >> make_release()
