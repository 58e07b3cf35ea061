"""Every night: raw logs, reviews and catalogue → checked, versioned, explained tables.

**Makes** a release: `user_topk`, `cold_start_topk`, `bundles`, `user_bundles`, `similar_products`, `run_metrics`,
`feedback_metrics`, `quarantine_summary`, with a manifest and one HTML page.

**Read by** whatever shows products to users, and by analysts (`nightshelf sql`).

**Normal** warnings on a quiet Sunday; a challenger that is refused: the champion stays.

**When it fails** the last release and the champion stay in force. The last line of the failed task's log says why
in one sentence; then look it up in `docs/runbook.md`.

**Run it again** clear the failed task: finished steps are not repeated. Or trigger with the same run date:
the tables will be the same.
"""

from airflow.sdk import DAG, Asset

from pipelines.orchestration.house import group, house_rules, night_form, nightly, open_step, step

RELEASE = Asset(name="nightshelf_release", uri="nightshelf://release")

with DAG(
    "nightly_recommendations",
    description="Raw behaviour, reviews and catalogue to published recommendation tables",
    schedule=nightly(),
    params=night_form(),
    doc_md=__doc__,
    **house_rules(),
):
    night = open_step()

    with group("prepare", "from raw files to checked features"):
        clean = step("clean", pool="spark")
        check_inputs = step("check_inputs")
        features = step("features", pool="spark")
        clean >> check_inputs >> features

    with group("learn", "a challenger, its judgement, and the vectors of the model in force"):
        train = step("train", pool="gpu", queue="gpu")
        register = step("register")
        embed = step("embed", pool="gpu", queue="gpu")
        train >> register >> embed

    with group("serve", "lists and bundles, checked, then published in one step"):
        rank = step("rank", pool="spark")
        check_outputs = step("check_outputs")
        publish = step("publish", outlets=[RELEASE])
        rank >> check_outputs >> publish

    night >> clean
    features >> train
    embed >> rank
