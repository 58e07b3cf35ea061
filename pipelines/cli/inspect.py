"""sql, report, preview, doctor: looking at what is there."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pyarrow as pa
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from pipelines.cli.options import Home, Json, show_json
from pipelines.cli.state import known_files, seen_days, unpublished_nights
from pipelines.contracts.all_tables import CLEAN, FEATURES, OUTPUTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.errors import NightshelfError, SettingsError
from pipelines.night.day_versions import files_of_versions, refused_files
from pipelines.night.releases import current, list_releases
from pipelines.night.user_key import load_user_key
from pipelines.settings.load import FILE, load_settings
from pipelines.sources.ledger import load_ledger

TRACES = ("run_date", "release_id", "model_version")


def add_to(app: typer.Typer) -> None:
    for command in (sql, preview, report, doctor):
        app.command()(command)


def open_tables(home: Path, release: str = "") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with a view for each table of a release (the one in force unless named), and clean ones."""
    kept = {r.release_id: r for r in list_releases(home)}
    chosen = release or current(home)
    if chosen not in kept:
        raise SettingsError(
            f'no release "{chosen or "in force"}"; kept: {", ".join(kept) or "none"}. '
            f"Make one with: nightshelf run {home}"
        )
    engine = duckdb.connect()
    folder = kept[chosen].folder
    partitions = json.loads((folder / "manifest.json").read_text()).get("partitions", {})
    for table in OUTPUTS:
        _view(engine, table.name, sorted(map(str, (folder / table.name).glob("*.parquet"))))
    for table in (*CLEAN, *FEATURES):
        _view(engine, table.name, files_of_versions(home, table, partitions.get(table.name, {})))
    _view(engine, QUARANTINE.name, refused_files(home, partitions))
    return engine


def _view(engine: duckdb.DuckDBPyConnection, name: str, files: list[str]) -> None:
    if files:
        engine.read_parquet(files, hive_partitioning=False).create_view(name)


def sql(
    first: Annotated[
        str,
        typer.Argument(
            metavar="[HOME] QUERY", help="The shop's home, unless NIGHTSHELF_HOME names it; then the query."
        ),
    ],
    second: Annotated[str, typer.Argument(hidden=True)] = "",
    release: Annotated[str, typer.Option(help="Release id; empty: the one in force.")] = "",
    form: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Ask the tables in SQL (DuckDB).

    Example: `nightshelf sql shop "select * from user_topk limit 5"`, or without HOME where NIGHTSHELF_HOME is set.
    """
    home, query = (Path(first), second) if second else (likely_home(), first)
    load_settings(home)
    with open_tables(home, release) as engine:
        try:
            found = engine.sql(query)
            if found is None:
                return
            frame = found.df() if form != "table" else None
        except duckdb.Error as wrong:
            names = ", ".join(t.name for t in (*OUTPUTS, *CLEAN, *FEATURES, QUARANTINE))
            raise SettingsError(f"{wrong}\ntables: {names}") from wrong
        match form:
            case "csv":
                typer.echo(frame.to_csv(index=False), nl=False)
            case "json":
                typer.echo(frame.to_json(orient="records", date_format="iso"))
            case "table":
                show(found)
            case _:
                raise SettingsError(f'--format "{form}" is unknown; use table, csv or json.')


def likely_home() -> Path:
    """NIGHTSHELF_HOME, else this folder or `shop` in it where one is a home."""
    given = [os.environ["NIGHTSHELF_HOME"]] if "NIGHTSHELF_HOME" in os.environ else [".", "shop"]
    for folder in map(Path, given):
        if (folder / FILE).is_file():
            return folder
    raise SettingsError(
        f'no {FILE} in {" or ".join(given)}. Write: nightshelf sql HOME "QUERY", or set NIGHTSHELF_HOME.'
    )


def show(found: duckdb.DuckDBPyRelation, most: int = 1000) -> None:
    """Print a relation as a grid, at most `most` rows."""
    grid = Grid(show_edge=False, header_style="bold")
    for name in found.columns:
        grid.add_column(name, overflow="fold")
    for row in found.limit(most).fetchall():
        grid.add_row(*(escape(_cell(value)) for value in row))  # [word] in a text is no markup
    terminal = sys.stdout.isatty()
    Console(width=None if terminal else 200).print(grid)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def preview(home: Home, rows: Annotated[int, typer.Option(min=1, help="Rows of each table.")] = 3) -> None:
    """Show where the tables are and the first rows of each. Example: `nightshelf preview shop`"""
    load_settings(home)
    with open_tables(home) as engine:
        typer.echo(f"tables of release {current(home)}: {home.resolve() / 'current'}/<table>/*.parquet\n")
        for table in OUTPUTS:
            ((count,),) = engine.execute(f"select count(*) from {table.name}").fetchall()
            typer.echo(f"{table.name} · {count:,} rows · {table.meaning}")
            shown = [c.name for c in table.columns if c.name not in TRACES and not pa.types.is_struct(c.type)]
            show(engine.sql(f"select {', '.join(shown)} from {table.name} order by all limit {rows}"))
            typer.echo("")


def report(
    home: Home, release: Annotated[str, typer.Option(help="Release id.")] = "", no_browser: bool = False
) -> None:
    """Print the address of the night's page, and open it where there is a browser. Example: `nightshelf report shop`"""
    load_settings(home)
    kept = {r.release_id: r for r in list_releases(home)}
    chosen = release or current(home)
    if chosen not in kept:
        raise SettingsError(f'no release "{chosen}"; kept: {", ".join(kept) or "none"}.')
    page = kept[chosen].folder.resolve() / "report.html"
    typer.echo(page.as_uri())
    if not no_browser and sys.stdout.isatty():
        webbrowser.open(page.as_uri())


def doctor(
    home: Annotated[Path | None, typer.Argument(envvar="NIGHTSHELF_HOME", help="Also look at this shop.")] = None,
    state: Annotated[bool, typer.Option("--state", help="List the shop's known files and built days.")] = False,
    as_json: Json = False,
) -> None:
    """Say what is installed, reachable and compatible; exit code 5 where something is not.

    Example: `nightshelf doctor shop`, or `nightshelf doctor shop --state` for files, hashes and partitions.
    """
    if state and home:
        show_state(home, as_json)
        return
    found = [*installed(), *(shop_facts(home) if home else ())]
    if as_json:
        show_json([{"what": w, "ok": ok, "says": s} for w, ok, s in found])
    else:
        for what, ok, says in found:
            typer.echo(f"{'ok ' if ok else 'NOT'}  {what}: {says}")
    if not all(ok for _, ok, _ in found):
        raise typer.Exit(5)


def show_state(home: Path, as_json: bool) -> None:
    """Print which files are known, with their hashes, and which versions of days the release in force sees."""
    load_settings(home)
    parts = {"files": known_files(home), "days": seen_days(home)}
    if as_json:
        show_json(parts)
        return
    for rows in parts.values():
        if rows:
            show(duckdb.from_arrow(pa.Table.from_pylist(rows)), most=100_000)
            typer.echo("")


def installed() -> Iterator[tuple[str, bool, str]]:
    """What the machine has: Python, Java, engines, cores, GPU."""
    yield "Python", (3, 11) <= sys.version_info[:2] < (3, 13), f"{platform.python_version()} (3.11 or 3.12 needed)"
    java = shutil.which("java")
    said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr if java else ""
    version = re.search(r'"(\d+)', said)
    yield "Java", bool(version and int(version[1]) >= 17), f"{version[1] if version else 'none'} (17 or newer needed)"
    for name in ("apache-airflow", "pyspark", "torch", "transformers", "great-expectations", "mlflow", "duckdb"):
        try:
            yield name, True, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, False, "not installed; run make install"
    same = metadata.version("pyspark") == _version("pyspark-client", metadata.version("pyspark"))
    yield (
        "pyspark and pyspark-client",
        same,
        "same version" if same else "versions differ: their files overwrite each other",
    )
    gpu = shutil.which("nvidia-smi")
    yield "GPU", True, "found nvidia-smi" if gpu else "none; training runs on the CPU"


def _version(name: str, default: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return default


def shop_facts(home: Path) -> Iterator[tuple[str, bool, str]]:
    """What a shop has: settings, key, releases, nights that did not end."""
    try:
        load_settings(home)
        yield "settings", True, str(home / "nightshelf.toml")
        load_user_key(home)
        yield "user key", True, "found"
    except NightshelfError as wrong:
        yield "settings", False, str(wrong)
        return
    for source, known in sorted(load_ledger(home).items()):
        gone = sum(file.gone for file in known.values())
        yield f"{source} files", True, f"{len(known)} known" + (f", {gone} of them gone" if gone else "")
    kept = list_releases(home)
    yield "releases", True, f"{len(kept)} kept, in force: {current(home) or 'none'}"
    for what, says in unpublished_nights(home):
        yield what, True, says
