"""The layers of the house: who may import whom."""

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages

from pipelines.night.step_code import PACKAGES, code_base

ROOT = Path(__file__).parents[2]


def test_imports_keep_to_the_layers():
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--config", "setup.cfg", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_dag_files_import_only_airflow_and_the_orchestration():
    allowed = ("airflow.sdk", "airflow.providers", "pipelines.orchestration")
    for file in (ROOT / "dags").glob("*.py"):
        for line in file.read_text().splitlines():
            if line.startswith(("import ", "from ")):
                assert line.split()[1].startswith(allowed), f"{file.name}: {line}"


def test_dag_files_are_thin():
    for file in (ROOT / "dags").glob("*.py"):
        assert len(file.read_text().splitlines()) <= 120, file.name


def test_no_file_of_the_project_names_a_folder_of_one_machine_or_a_registry():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    hosts = ["pythonhosted" + ".org", "pypi" + ".org", "registry.npmjs" + ".org", "download.pytorch" + ".org"]
    for name in tracked:
        file = ROOT / name
        if file.is_file() and file.suffix in {".py", ".md", ".cfg", ".toml", ".lock", ".yaml", ".sh", ""}:
            text = file.read_text(errors="ignore")
            assert not [h for h in hosts if h in text], name


def test_each_package_is_packaged_layered_and_part_of_the_fingerprint():
    """A package that is in none of the three is not installed, not kept to its layer, or served stale."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    tools = {"benchmarks", "tests"}  # run in a checkout, never by a night
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")} - tools
    include = config["options.packages.find"]["include"].split()
    layers = re.split(r"[\s|:]+", config["importlinter:contract:packages"]["layers"].strip())
    assert set(find_packages(ROOT, include=include)) >= packages
    assert {pattern.removesuffix("*") for pattern in include} == packages
    assert set(config["importlinter"]["root_packages"].split()) == packages
    assert set(layers) == packages
    assert set(PACKAGES) == packages


def test_each_data_file_is_packaged():
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    data = config["options.package_data"]
    for package in PACKAGES:
        patterns = [pattern.strip() for pattern in data.get(package, "").split(",")]
        packaged = {file for pattern in patterns if pattern for file in (ROOT / package).glob(pattern)}
        files = {f for m in code_base().modules if m.split(".")[0] == package for f in code_base().data_files(m)}
        assert files <= packaged, package
