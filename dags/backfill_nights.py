"""Past nights in the order of their dates: models and releases. Runs only in backfills, of one date each.

**Makes** for a date what `nightly_recommendations` makes. Only a night that is newer than all releases moves `current`
and `champion`.

**Read by** whoever compares nights, and the night of the next date: its model is judged against this one.

**Normal** a date that takes as long as a night.

**When it fails** the dates that follow would lack a predecessor: `nightshelf backfill` stops there. The last release
and the champion stay in force. The last line of the failed task's log says why in one sentence.

**Run it again** `nightshelf backfill HOME FROM TO`: published dates are left out, finished steps are not repeated. On
this page: *Backfill*, with one active run.
"""

from airflow.sdk import DAG

from pipelines.orchestration.dag_defaults import backfill_rules, each_day
from pipelines.orchestration.task_groups import learn, open_step, prepare, serve

with DAG(
    "backfill_nights",
    description="Releases of past days, in their order",
    schedule=each_day(),
    doc_md=__doc__,
    **backfill_rules(),
):
    open_step() >> prepare(pool="spark") >> learn() >> serve()
