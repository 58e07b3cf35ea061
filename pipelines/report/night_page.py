"""The page of a night: one self-contained HTML file with summary, warnings, figures, plots, examples and origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from pipelines.registry.plots import plots_of
from pipelines.report import charts
from pipelines.report.examples import example_bundles, example_users, example_visits
from pipelines.report.previews import preview_tables
from pipelines.report.step_results import StepResults
from pipelines.report.summary import attention_items, night_sentence, text_writers_sentence


def write_report(night: Night, manifest: dict[str, Any], target: Path) -> Path:
    """Write the page to `target`. It loads nothing from elsewhere; the same night gives the same bytes."""
    results = StepResults.read(night.work)
    attention = attention_items(
        results,
        manifest,
        training_skipped=night.skip_training,
        min_users=night.settings.guards.least_users,
    )
    values = {
        "manifest": manifest,
        "currency": night.settings.shop.currency,
        "attention": attention,
        "checks_run": results.checks_run,
        "checks_failed": len(results.failed_checks),
        "check_stages": sorted(results.checks),
        "checks_pages": f"../../quality/{night.checks_pages.name}",
        "text_writers": text_writers_sentence(results.texts),
        **_rows(manifest),
        **_models(results.evaluation, manifest["model"]["ranks"]),
        **_tables(night, manifest),
        **_steps(manifest),
    }
    target.write_text(templates("pipelines.report").get_template("night_page.html").render(values), encoding="utf-8")
    return target


@contextmanager
def open_night_tables(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with a view of each output and clean table, named like it; a table without files is empty."""
    with duckdb.connect() as engine:
        for table in (*OUTPUTS, *CLEAN):
            if files := files_of_table(night, table):
                engine.read_parquet(files, hive_partitioning=False).create_view(table.name)
            else:
                engine.register(table.name, table.schema().empty_table())
        yield engine


def _rows(manifest: Mapping[str, Any]) -> dict[str, Any]:
    sources = {name: manifest["sources"][name] for name in SOURCES if name in manifest["sources"]}
    refused = charts.refused_rows(sources)
    return {"sources": sources, "refused_chart": charts.refused_chart(refused) if refused else ""}


def _models(evaluation: dict[str, Any], ranks: str) -> dict[str, Any]:
    return {
        "window": evaluation.get("window") or {},
        "metrics": model_figures.METRICS,
        "models": model_figures.model_rows(evaluation, ranks),
        "differences": model_figures.difference_rows(evaluation),
        "plots": plots_of(evaluation, ranks),
        "half_lives": model_figures.half_lives_sentence(evaluation),
    }


def _tables(night: Night, manifest: dict[str, Any]) -> dict[str, Any]:
    """Everything that is read from the tables, by one DuckDB connection."""
    with open_night_tables(night) as engine:
        row = engine.execute("select count(distinct user_id) from user_topk").fetchone()
        users = row[0] if row else 0
        coverage = charts.coverage_of(engine, night.settings.ranking.blocked)
        events = charts.events_by_day(engine, night.run_date)
        return {
            "users": users,
            "sentence": night_sentence(manifest, users),
            "previews": preview_tables(engine, manifest),
            "example_users": example_users(engine),
            "bundles": example_bundles(engine),
            "visits": example_visits(engine),
            "coverage": coverage,
            "coverage_chart": charts.coverage_chart(coverage) if coverage.recommended else "",
            "events_chart": charts.events_chart(events, night.run_date) if events else "",
        }


def _steps(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Costs of the steps, in the order in which they run, and the sum of their durations."""
    costs = manifest.get("stages", {})
    ordered = {name: costs[name] for name in [*STEPS, *sorted(set(costs) - set(STEPS))] if name in costs}
    return {
        "steps_chart": charts.steps_chart(ordered) if ordered else "",
        "total_seconds": sum(cost["seconds"] for cost in ordered.values()),
    }
