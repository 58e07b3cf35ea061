"""nightshelf backfill: past dates at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import HOME_HELP, Json, default_home, run_date_of
from pipelines.cli.output import print_json
from pipelines.orchestration.backfill import backfill_dates, dates_between
from pipelines.orchestration.processes import ended_by_signals


def add_to(app: typer.Typer) -> None:
    app.command()(backfill)


def backfill(
    first: Annotated[str, typer.Argument(metavar="[HOME]", help=HOME_HELP)],
    second: Annotated[str, typer.Argument(metavar="FROM", help="First date, YYYY-MM-DD.")],
    third: Annotated[str, typer.Argument(metavar="TO", help="Last date, included.")] = "",
    days_only: Annotated[
        bool, typer.Option("--days-only", help="Build clean and feature tables, publish no releases.")
    ] = False,
    parallel: Annotated[int, typer.Option(min=1, max=32, help="Dates whose days are built at the same time.")] = 2,
    as_json: Json = False,
) -> None:
    """Build and publish past dates: their days in parallel, then their nights in the order of dates.

    Dates that are built or published already are left out. Where a date fails, its night and all later ones are not
    run. Exit codes are those of `nightshelf run`; 5 where dates failed for different reasons.
    Example: `nightshelf backfill shop 2025-03-25 2025-03-31 --parallel 2`
    """
    home, begin, end = (Path(first), second, third) if third else (default_home(), first, second)
    dates = dates_between(begin, end, run_date_of(home, ""))
    log = partial(typer.echo, err=as_json)
    with ended_by_signals():
        result = backfill_dates(home, dates, parallel=parallel, days_only=days_only, log=log)
    if as_json:
        print_json(result.as_tree())
    if result.failed:
        raise result.error()
