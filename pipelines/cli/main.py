"""The command line `nightshelf`: each file of this package defines a group of commands."""

from __future__ import annotations

import errno
import sys

import typer

from pipelines.cli import backfill, doctor, models, nights, releases, services, shop, sql
from pipelines.errors import NightshelfError, StepFailed
from pipelines.night.access import write_for_owner_only
from pipelines.orchestration.processes import EndedBySignal

app = typer.Typer(
    name="nightshelf",
    help="Nightly recommendation tables from a shop's behaviour logs, reviews and catalogue.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for group in (shop, nights, releases, backfill, sql, models, doctor, services):
    group.add_to(app)


def main() -> None:
    """Run the command line. A NightshelfError is printed as one sentence and ends the process with its exit code."""
    write_for_owner_only()
    try:
        app()
    except NightshelfError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = f" ({error.filename})" if error.filename else ""
        typer.secho(f"error: the disk is full{place}. Make space, then repeat the command.", fg="red", err=True)
        sys.exit(StepFailed.exit_code)
    except EndedBySignal as ended:
        typer.secho(ended.sentence, err=True)
        raise


if __name__ == "__main__":
    main()
