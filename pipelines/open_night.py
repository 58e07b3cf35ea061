"""The first step: from a home and a day to a night whose inputs are known and readable."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from importlib import metadata, util
from pathlib import Path
from typing import Any

from pipelines.errors import SourceError
from pipelines.night import Night, Predecessor
from pipelines.publish.releases import list_releases, next_release_id
from pipelines.settings import FILE, Settings, load_settings
from pipelines.source_columns import left_out, map_columns
from pipelines.source_files import SourceFile, find_files
from pipelines.user_key import fingerprint, load_user_key

REQUIRED_SOURCES = ("events", "products")
NO_EFFECT = {"spark", "schedule", "releases", "mlflow"}  # sections that say where and when, not what


@dataclass(frozen=True)
class Wishes:
    """What a person may ask of one night."""

    full_refresh: bool = False
    retrain: bool = False
    skip_training: bool = False
    k: int | None = None


def open_night(home: Path, run_date: date, wishes: Wishes) -> Night:
    """The night of `run_date`, written to its working folder; the same inputs give the same folder.

    Raises SettingsError and SourceError before any work is done.
    """
    settings = load_settings(home)
    if wishes.k is not None:
        settings = settings.model_copy(update={"ranking": settings.ranking.model_copy(update={"k": wishes.k})})
    key = load_user_key(home)
    files, columns, missing = find_sources(home, settings, run_date)
    before = predecessor(home, run_date)
    inputs = {
        "run_date": run_date,
        "settings": settings.model_dump(mode="json", exclude=NO_EFFECT),
        "files": {n: [(f.name, f.sha256) for f in fs] for n, fs in files.items()},
        "key": fingerprint(key),
        "packages": installed_packages(),
        "code": code_hash(),
        "predecessor": before,
        "wishes": wishes,
    }
    digest = hash_of(inputs)
    run_id = f"{run_date}-{digest[:10]}"
    if (home / "staging" / run_id / "night.json").is_file():
        return Night.load(home / "staging" / run_id)
    night = Night(
        home=home.resolve(),
        run_date=run_date,
        run_id=run_id,
        release_id=next_release_id(home, run_date),
        fingerprint=digest,
        settings=settings,
        files=files,
        columns=columns,
        left_out=tuple(missing),
        key_fingerprint=fingerprint(key),
        catalogue_as_of=max((f.delivered for f in files["products"] if f.delivered), default=run_date),
        predecessor=before,
        full_refresh=wishes.full_refresh,
        retrain=wishes.retrain,
        skip_training=wishes.skip_training,
    )
    night.save()
    return night


def find_sources(
    home: Path, settings: Settings, run_date: date
) -> tuple[dict[str, tuple[SourceFile, ...]], dict[str, dict[str, str]], list[str]]:
    """Files and column maps of each source, and what is left out for want of it."""
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
        found, _ = find_files(home, name, source, run_date)
        if not found and name in REQUIRED_SOURCES:
            raise SourceError(f"[sources.{name}] has no file for {run_date} or a day before it. Is the run date right?")
        files[name] = tuple(found)
        columns[name] = map_columns(name, source, found, where)
        missing += [f"{name}.{c}" for c in left_out(name, source, columns[name])]
    return files, columns, missing


def predecessor(home: Path, run_date: date) -> Predecessor | None:
    """The model behind the newest release of the latest earlier date, or None."""
    earlier = [r for r in list_releases(home) if r.run_date < run_date and r.model_version]
    if not earlier:
        return None
    last = max(earlier, key=lambda r: (r.run_date, r.release_id))
    return Predecessor(last.release_id, last.model_name, last.model_version)


def installed_packages() -> str:
    """Hash of all installed distributions and versions: the lock as it is in force."""
    found = {f"{d.name.lower()}=={d.version}" for d in metadata.distributions() if d.name}  # some are found twice
    return hash_of(sorted(found))


def code_hash() -> str:
    """Hash of the package's own files."""
    digest = hashlib.sha256()
    for package in ("pipelines", "spark_jobs", "training"):
        spec = util.find_spec(package)
        for root in spec.submodule_search_locations or () if spec else ():
            for file in sorted(Path(root).rglob("*.py")):
                digest.update(f"{package}/{file.relative_to(root)}".encode() + file.read_bytes())
    return digest.hexdigest()


def hash_of(tree: Any) -> str:
    """SHA-256 of `tree` as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True, default=repr).encode()).hexdigest()
