"""Figures behind the charts of a night, with known answers."""

from pipelines.report.charts import coverage_of, events_by_day, events_chart, refused_rows
from pipelines.report.night_page import open_night_tables
from tests.small_night import RUN_DATE


def test_coverage_counts_what_may_be_recommended(small_night):
    with open_night_tables(small_night.night) as engine:
        coverage = coverage_of(engine, blocked=["p029"])
        recommended = engine.execute("select count(distinct product_id) from user_topk").fetchone()[0]
    assert (coverage.recommendable, coverage.recommended) == (29, recommended)
    assert [group[:2] for group in coverage.groups] == [(n, n) for n in range(1, 30)]
    assert sum(mean for *_, mean in coverage.groups) == 12 * 6  # users, places of each list
    assert 0 < coverage.top_tenth <= 1


def test_events_are_counted_for_each_day_up_to_the_run_date(small_night):
    with open_night_tables(small_night.night) as engine:
        by_type = events_by_day(engine, RUN_DATE)
    assert {kind: (len(counts), counts[-1]) for kind, counts in by_type.items()} == {
        "view": (28, 16),
        "purchase": (28, 4),
    }
    chart = events_chart(by_type, RUN_DATE)
    assert "view: 16 on 2026-03-31, median of the days before" in chart
    assert "<title>2026-03-31: 16</title>" in chart


def test_refused_rows_stand_most_frequent_first():
    account = {"rows_in": 100, "quarantined_by_reason": {"bot": 5, "double_click": 20}}
    rows = refused_rows({"events": account, "reviews": account | {"rows_in": 0}})
    assert [(r.source, r.reason, r.of_source) for r in rows] == [
        ("events", "double_click", 0.2),
        ("reviews", "double_click", 20.0),
        ("events", "bot", 0.05),
        ("reviews", "bot", 5.0),
    ]
