"""The step `open`: finds the inputs of a night, checks that they can be read, and writes them to `night.json`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.atomic_files import remove
from pipelines.errors import SourceError
from pipelines.night.access import group_id
from pipelines.night.champion_log import predecessor
from pipelines.night.fingerprint import hash_of, installed_packages
from pipelines.night.generation import begin_generation, read_generations
from pipelines.night.known_key import check_user_key
from pipelines.night.night import Night, first_day, look_back
from pipelines.night.releases import next_release_id
from pipelines.night.step_code import step_hashes
from pipelines.night.steps import DAYS_ONLY, STEPS
from pipelines.night.temporary_files import clear_abandoned
from pipelines.night.user_key import fingerprint, load_user_key
from pipelines.settings.load import FILE, load_settings
from pipelines.settings.tree import Settings
from pipelines.sources.columns import left_out, map_columns
from pipelines.sources.files import SourceFile
from pipelines.sources.ledger import (
    KnownFiles,
    files_of,
    ledger_lock,
    load_ledger,
    make_ledger,
    save_ledger,
    scan_sources,
)

REQUIRED_SOURCES = ("events", "products")
# Settings of where and when a night runs, and how much of the past is kept: they change no table. Further properties of
# Spark (`[spark] conf`) may change results, so they count.
NO_EFFECT: dict[str, Any] = {
    "spark": {"master", "driver_memory", "partitions"},
    "schedule": True,
    "releases": True,
    "mlflow": True,
    "pages": True,
}


@dataclass(frozen=True)
class RunOptions:
    """Options of one night; with `days_only` it makes clean and feature tables and no release.

    With `anyway` it goes on where the data end long before its date.
    """

    full_refresh: bool = False
    retrain: bool = False
    skip_training: bool = False
    k: int | None = None
    days_only: bool = False
    anyway: bool = False


def open_night(home: Path, run_date: date, options: RunOptions) -> Night:
    """The night of `run_date`, written to its working folder; the same inputs give the same folder.

    Raises SettingsError and SourceError before any work is done.
    """
    clear_abandoned(home)
    night = plan_night(home, run_date, options)
    with ledger_lock(home):
        if (night.work / "night.json").is_file():
            return Night.load(night.work)
        if options.full_refresh:
            night = replace(night, generation=begin_generation(home))
        remove(night.work)  # what a night whose night.json was lost has left
        night = replace(night, release_id=next_release_id(home, run_date))  # nobody else gets it from now on
        night.save()
    return night


def plan_night(home: Path, run_date: date, options: RunOptions) -> Night:
    """The night of `run_date` as it would be opened now; nothing is written but new files to the ledger."""
    settings = settings_of(home, options)
    if settings.releases.group:
        group_id(settings.releases.group)  # refused before any work is done
    key = fingerprint(load_user_key(home))
    if not options.full_refresh:
        check_user_key(home, key)
    code = step_hashes(DAYS_ONLY if options.days_only else tuple(STEPS))
    with ledger_lock(home):
        make_ledger(home)
        ledger = load_ledger(home)
        files, columns, missing = find_sources(home, settings, run_date, ledger, again=options.full_refresh)
        before = None if options.days_only else predecessor(home, run_date)  # days need no model
        digest = hash_of(
            {
                "run_date": run_date,
                "settings": settings.model_dump(mode="json", exclude=NO_EFFECT),
                "files": {n: [(f.name, f.sha256, f.delivered) for f in fs] for n, fs in files.items()},
                "key": key,
                "packages": installed_packages(),
                "code": code,
                "predecessor": before,
                "options": options,
            }
        )
        run_id = f"{run_date}-{digest[:10]}"
        save_ledger(home, ledger, run_id)
    if (home / "staging" / run_id / "night.json").is_file():
        return Night.load(home / "staging" / run_id)
    return Night(
        home=home.resolve(),
        run_date=run_date,
        run_id=run_id,
        release_id=next_release_id(home, run_date),
        fingerprint=digest,
        settings=settings,
        files={n: tuple(f if f.first_run else replace(f, first_run=run_id) for f in fs) for n, fs in files.items()},
        columns=columns,
        left_out=tuple(missing),
        key_fingerprint=key,
        code=code,
        catalogue_as_of=max((f.delivered for f in files["products"] if f.delivered), default=run_date),
        predecessor=before,
        generation=read_generations(home).in_force,
        full_refresh=options.full_refresh,
        retrain=options.retrain,
        skip_training=options.skip_training,
        days_only=options.days_only,
        anyway=options.anyway,
    )


def settings_of(home: Path, options: RunOptions) -> Settings:
    """The settings of the shop, with `[ranking] k` of the options where they have one."""
    settings = load_settings(home)
    if options.k is None:
        return settings
    return settings.model_copy(update={"ranking": settings.ranking.model_copy(update={"k": options.k})})


def find_sources(
    home: Path, settings: Settings, run_date: date, ledger: dict[str, KnownFiles], *, again: bool
) -> tuple[dict[str, tuple[SourceFile, ...]], dict[str, dict[str, str]], list[str]]:
    """Files and column map of each source, and the names of optional sources and columns that are not there.

    Files that are found are added to `ledger`. With `again` all files are read again, and a known file that is gone is
    an error: its rows would be lost.
    """
    where = str(home / FILE)
    files: dict[str, tuple[SourceFile, ...]] = {}
    columns: dict[str, dict[str, str]] = {}
    missing: list[str] = []
    for name, source in settings.sources:
        if not source.path:
            if name in REQUIRED_SOURCES:
                raise SourceError(f"{where}: [sources.{name}] path is empty, but {name} are required. Name the files.")
            files[name], columns[name] = (), {}
            missing.append(name)
            continue
        ledger[name] = scan_sources(home, name, source, run_date, ledger.get(name, {}), again=again)
        first = first_day(settings, run_date, look_back(settings, name))
        files[name] = in_view(name, files_of(ledger[name], run_date), first)
        if again and (lost := [f.name for f in files[name] if f.gone]):
            raise SourceError(
                f"[sources.{name}] {', '.join(lost[:3])}{' and others' if len(lost) > 3 else ''} cannot be found any "
                "more: a full refresh would lose the rows. Put it back, or put an empty file in its place."
            )
        if not files[name] and name in REQUIRED_SOURCES:
            raise SourceError(f"[sources.{name}] has no file for {run_date} or a day before it. Is the run date right?")
        columns[name] = map_columns(name, source, files[name], where)
        missing += [f"{name}.{c}" for c in left_out(name, source, columns[name])]
    return files, columns, missing


def in_view(name: str, files: tuple[SourceFile, ...], first: date) -> tuple[SourceFile, ...]:
    """The files that can hold rows of days from `first` on: none is dated more than a day after its file.

    A delivery of products counts until a later one replaces it, so all of its files are in view.
    """
    if name == "products":
        return files
    return tuple(f for f in files if f.delivered is None or f.delivered.toordinal() >= first.toordinal() - 1)
