"""The page of a night: what happened, what needs attention, and the numbers behind it, in one file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts.all_tables import CLEAN, OUTPUTS
from pipelines.contracts.quarantine import SOURCES
from pipelines.night.day_versions import files_of_table
from pipelines.night.night import Night
from pipelines.night.steps import STEPS
from pipelines.pages.html import templates
from pipelines.registry import model_figures
from pipelines.registry.learning_curves import curve_charts
from pipelines.report.charts import reach_of, traffic_of
from pipelines.report.examples import example_bundles, example_users, example_visits
from pipelines.report.previews import preview_tables
from pipelines.report.reading import broken_checks, checks_judged, read_note
from pipelines.report.summary import attention_items, night_sentence, text_writers_sentence


def write_report(night: Night, manifest: dict[str, Any], target: Path) -> Path:
    """`target`, written: one HTML file that needs nothing beside it. The same night gives the same bytes."""
    evaluation = read_note(night.work / "evaluation.json")
    shown = {
        "manifest": manifest,
        "described": text_writers_sentence(read_note(night.work / "words.json")),
        "currency": night.settings.shop.currency,
        "matters": attention_items(night, manifest, evaluation),
        "checks": checks_judged(night),
        "broken": len(broken_checks(night)),
        "stages_checked": sorted(file.stem for file in (night.work / "quality").glob("*.json")),
        "checks_pages": f"../../quality/{night.checks_pages.name}",
        **_of_rows(manifest),
        **_of_models(manifest, evaluation),
        **_of_tables(night, manifest),
        **_of_stages(manifest),
    }
    target.write_text(templates("pipelines.report").get_template("night_page.html").render(shown), encoding="utf-8")
    return target


def _of_rows(manifest: dict[str, Any]) -> dict[str, Any]:
    """The account of each source, and the reasons of all refusals, most frequent first."""
    sources = {name: manifest["sources"][name] for name in SOURCES if name in manifest["sources"]}
    refused = [
        (name, reason, n, n / max(1, account["rows_in"]))
        for name, account in sources.items()
        for reason, n in account.get("quarantined_by_reason", {}).items()
    ]
    return {"sources": sources, "refused": sorted(refused, key=lambda r: (-r[2], r[0], r[1]))}


def _of_models(manifest: dict[str, Any], evaluation: dict[str, Any]) -> dict[str, Any]:
    rows = model_figures.model_rows(evaluation, manifest["model"]["ranks"])
    return {
        "window": evaluation.get("window") or {},
        "metrics": model_figures.METRICS,
        "models": rows,
        "metric_scale": model_figures.metric_scale(rows),
        "differences": model_figures.difference_rows(evaluation),
        "curves": curve_charts(evaluation),
        "blend": model_figures.blend_weights(evaluation),
        "ages": model_figures.how_it_ages(evaluation),
    }


def _of_tables(night: Night, manifest: dict[str, Any]) -> dict[str, Any]:
    """All that is read from the tables, in one engine."""
    with open_tables(night) as engine:
        counted = engine.execute("select count(distinct user_id) from user_topk").fetchone()
        users = counted[0] if counted else 0
        return {
            "users": users,
            "sentence": night_sentence(manifest, users),
            "previews": preview_tables(engine, manifest),
            "example_users": example_users(engine),
            "bundles": example_bundles(engine),
            "visits": example_visits(engine),
            "reach": reach_of(engine, night.settings.ranking.blocked),
            "traffic": traffic_of(engine, night),
        }


def _of_stages(manifest: dict[str, Any]) -> dict[str, Any]:
    """The stages in the order of the night, and how long they took together."""
    stages = manifest.get("stages", {})
    ordered = {name: stages[name] for name in [*STEPS, *sorted(set(stages) - set(STEPS))] if name in stages}
    return {"stages": ordered, "total_seconds": sum(cost["seconds"] for cost in ordered.values())}


@contextmanager
def open_tables(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine with a view of each output and clean table, by name; a table without files is empty."""
    with duckdb.connect() as engine:
        for table in (*OUTPUTS, *CLEAN):
            if files := files_of_table(night, table):
                engine.read_parquet(files, hive_partitioning=False).create_view(table.name)
            else:
                engine.register(table.name, table.schema().empty_table())
        yield engine
