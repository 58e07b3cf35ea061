"""Arguments that several commands share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Home = Annotated[
    Path,
    typer.Argument(envvar="NIGHTSHELF_HOME", help="The shop's home folder; also from NIGHTSHELF_HOME."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def show_json(tree: Any) -> None:
    """Print `tree` as JSON."""
    typer.echo(json.dumps(tree, indent=1, default=str))
