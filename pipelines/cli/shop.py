"""init and user-key: a shop's home, and its pseudonyms."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from demo_shop import write_demo_shop
from pipelines.cli.options import Home
from pipelines.errors import SettingsError
from pipelines.night.user_key import load_user_key, make_user_key, pseudonym
from pipelines.settings.load import FILE, check_settings, load_settings
from pipelines.settings.render import render_toml
from pipelines.sources.object_store import is_remote


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command("user-key")(user_key)


def init(
    home: Home,
    template: Annotated[
        Path | None, typer.Option("--from", help="Settings file of a real shop, such as examples/online_retail.toml.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Folder of that shop's files, or its address (s3://…); replaces {source} in the settings."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the demo shop.")] = 7,
) -> None:
    """Make a home: settings, key, and a demo shop or the settings of a real one.

    Example: `nightshelf init shop` · `nightshelf init retail --from examples/online_retail.toml --source data`
    """
    if (home / FILE).exists():
        raise SettingsError(f"{home / FILE} exists already; choose another folder, or edit it.")
    text = demo_settings() if template is None else real_settings(template, source)
    home.mkdir(parents=True, exist_ok=True)
    if template is None:
        write_demo_shop(home / "sources", seed=seed)
    (home / FILE).write_text(text, encoding="utf-8")
    key = make_user_key(home)
    typer.echo(f"shop at {home}: settings in {home / FILE}, key of user ids in {key}")
    typer.echo(f"next: nightshelf run {home}" + (" --date 2025-03-31" if template is None else " --date YYYY-MM-DD"))


# Some thousand rows: what Spark and Java would compile for speed takes longer than running it once.
SMALL_DATA = {
    "partitions": 2,
    "conf": {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"},
}


def demo_settings() -> str:
    """Every setting with its sentence; those of the demo shop in force."""
    demo = {
        "shop": {"name": "demo", "time_zone": "Europe/Berlin"},
        "sources": {
            "events": {"path": "sources/events/*.jsonl.gz"},
            "reviews": {"path": "sources/reviews/*.jsonl"},
            "products": {"path": "sources/products.csv"},
        },
        "training": {"precision": "float32"},  # making a graph for each new model takes longer than reading few texts
        "newcomers": {
            "interests": ["a present for a gardener", "something for a cosy evening", "coffee to start the day"]
        },
        "spark": SMALL_DATA,
        "schedule": {"cron": ""},  # its days are of the past
    }
    return render_toml(check_settings(demo))


def real_settings(template: Path, source: str | None) -> str:
    """The settings file of a real shop with its source folder put in, checked."""
    if not template.is_file():
        raise SettingsError(f"--from {template}: no such file; see the folder examples/.")
    text = template.read_text(encoding="utf-8")
    if "{source}" in text:
        if source is None:
            raise SettingsError(f"{template} needs --source DIR, the folder of the shop's files.")
        if not is_remote(source) and not Path(source).is_dir():
            raise SettingsError(f"--source {source}: no such folder.")
        place = source.rstrip("/") if is_remote(source) else Path(source).resolve().as_posix()
        text = text.replace("{source}", place)
    check_settings(tomllib.loads(text), where=str(template))
    return text


def user_key(
    home: Home,
    file: Annotated[Path, typer.Option("--in", help="File of user ids, one a line; - for standard input.")],
) -> None:
    """Map a shop's user ids to the pseudonyms of the tables, as `id,pseudonym` lines.

    Example: `nightshelf user-key shop --in customers.txt > pseudonyms.csv`
    """
    load_settings(home)
    key = load_user_key(home)
    if str(file) != "-" and not file.is_file():
        raise SettingsError(f"--in {file}: no such file.")
    with sys.stdin if str(file) == "-" else file.open(encoding="utf-8") as lines:
        typer.echo("user_id,pseudonym")
        for line in lines:
            if line.strip():
                typer.echo(f"{line.strip()},{pseudonym(key, line)}")
