"""Checks of `nightshelf doctor`: whether this machine and a home have what a night needs."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from pipelines.errors import NightshelfError
from pipelines.night.access import closing_commands
from pipelines.night.copy_state import CopyState, read_copy_state
from pipelines.night.home_state import describe_unpublished
from pipelines.night.releases import current, damaged_releases, list_releases
from pipelines.night.user_key import load_user_key
from pipelines.registry.failures import reach
from pipelines.registry.tracking_server import tracking_uri
from pipelines.settings.load import FILE, load_settings
from pipelines.settings.mlflow import Mlflow
from pipelines.sources.ledger import load_ledger

LEAST_JAVA = 17
PACKAGES = ("apache-airflow", "pyspark", "torch", "transformers", "great-expectations", "mlflow", "duckdb")


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: its name, whether it is as needed, and its state in words."""

    name: str
    ok: bool
    state: str


def check_machine() -> Iterator[Finding]:
    """Python, Java, the packages of the steps, and the GPU."""
    supported = (3, 11) <= sys.version_info[:2] < (3, 13)
    yield Finding("Python", supported, f"{platform.python_version()} (3.11 or 3.12 needed)")
    java = _java_version()
    yield Finding("Java", java >= LEAST_JAVA, f"{java or 'none'} ({LEAST_JAVA} or newer needed)")
    for name in PACKAGES:
        version = _package_version(name)
        yield Finding(name, bool(version), version or "not installed; run make install")
    spark, client = _package_version("pyspark"), _package_version("pyspark-client")
    same = client in ("", spark)
    state = "same version" if same else f"versions {spark} and {client} overwrite each other's files; run make install"
    yield Finding("pyspark and pyspark-client", same, state)
    yield Finding("GPU", True, "nvidia-smi found" if shutil.which("nvidia-smi") else "none; training runs on the CPU")


def _java_version() -> int:
    """The major version of the Java on the PATH; 0 where there is none."""
    if (java := shutil.which("java")) is None:
        return 0
    version = re.search(r'"(\d+)', subprocess.run([java, "-version"], capture_output=True, text=True).stderr)
    return int(version[1]) if version else 0


def _package_version(name: str) -> str:
    """The version of an installed package; empty where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def check_home(home: Path) -> Iterator[Finding]:
    """Settings, key, model registry, who may read the home, source files, releases, and unpublished nights."""
    try:
        settings = load_settings(home)
        yield Finding("settings", True, str(home / FILE))
    except NightshelfError as error:
        yield Finding("settings", False, str(error))
        return
    try:
        load_user_key(home)
        yield Finding("key of user ids", True, "found")
    except NightshelfError as error:
        yield Finding("key of user ids", False, str(error))
    group = settings.releases.group
    commands = closing_commands(home, group)
    readers = f"its owner, and releases the group {group}" if group else "its owner alone"
    state = f"too open; correct it with: {' && '.join(commands)}" if commands else readers
    yield _registry(home, settings.mlflow)
    yield Finding("who may read the home", not commands, state)
    for source, known in sorted(load_ledger(home).items()):
        gone = sum(file.gone for file in known.values())
        yield Finding(f"{source} files", True, f"{len(known)} known" + (f", {gone} of them gone" if gone else ""))
    yield Finding("releases", True, f"{len(list_releases(home))} kept, in force: {current(home) or 'none'}")
    if address := settings.releases.also_to:
        copies = read_copy_state(home)
        if copies is None or copies.address != address:
            copies = CopyState(address, True, f"nothing is copied to {address} yet; the next night does")
        yield Finding("copies of releases", copies.ok, copies.says)
    for release_id, wrong in damaged_releases(home).items():
        yield Finding("damaged release", False, f"{release_id}: {wrong}")
    for name, state in describe_unpublished(home):
        yield Finding(name, True, state)


def _registry(home: Path, settings: Mlflow) -> Finding:
    """Whether the model registry can be used."""
    try:
        uri = tracking_uri(home, settings)
        if settings.tracking_uri:
            reach(uri)
    except NightshelfError as error:
        return Finding("model registry", False, str(error))
    return Finding("model registry", True, uri)
