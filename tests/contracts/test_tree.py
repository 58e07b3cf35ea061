"""The tree of the repository: where files may lie, and which module a test file is about."""

import subprocess
from configparser import ConfigParser
from pathlib import Path, PurePosixPath

from setuptools import find_packages

ROOT = Path(__file__).parents[2]
PACKAGES = ("demo_shop", "pipelines", "recommender", "spark_jobs", "training")
MODULES = [file.relative_to(ROOT).as_posix() for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
OF_NO_MODULE = {"contracts", "dags", "docker", "docs", "faults", "integration"}  # folders of tests/ beside the tree
# Test files that cover several modules of the folder that they mirror.
OF_SEVERAL_MODULES = {
    "demo_shop/test_demo_shop.py",
    "pipelines/cli/test_commands.py",
    "pipelines/contracts/test_model_tables.py",
    "pipelines/night/test_older_homes.py",
    "pipelines/orchestration/test_local_services.py",
    "pipelines/settings/test_settings.py",
    "pipelines/sources/test_broken_files.py",
    "pipelines/test_telemetry.py",
    "recommender/bundles/test_bundles.py",
    "recommender/texts/test_languages.py",
    "spark_jobs/cleaning/test_products_and_reviews.py",
    "spark_jobs/cleaning/test_reading.py",
    "spark_jobs/cleaning/test_review_texts.py",
    "spark_jobs/features/test_features.py",
    "spark_jobs/features/test_heavy_users.py",
    "spark_jobs/ranking/test_output_checks.py",
    "spark_jobs/ranking/test_relations_and_bundles.py",
    "spark_jobs/test_damaged_days.py",
    "spark_jobs/test_day_measures.py",
    "spark_jobs/test_days.py",
    "spark_jobs/test_killed_clean.py",
    "spark_jobs/test_mutated_inputs.py",
    "spark_jobs/test_real_data.py",
    "spark_jobs/test_schemas.py",
    "spark_jobs/test_truth.py",
    "training/test_devices.py",
    "training/test_killed_training.py",
    "training/test_registered_models.py",
    "training/test_registered_run.py",
    "training/test_steps.py",
}


def test_pipelines_has_no_loose_files_but_four():
    loose = {name for name in MODULES if name.startswith("pipelines/") and name.count("/") == 1}
    assert {PurePosixPath(name).name for name in loose} == {
        "__init__.py", "errors.py", "file_lock.py", "atomic_files.py", "state_files.py",
    }  # fmt: skip


def test_init_files_are_empty():
    """Two switch off usage reports, before any library is imported (pipelines/__init__.py)."""
    full = {name for name in MODULES if name.endswith("/__init__.py") and (ROOT / name).read_text().strip()}
    assert full == {"pipelines/__init__.py", "training/__init__.py"}


def test_each_folder_with_code_is_a_package():
    folders = {PurePosixPath(name).parent for name in MODULES}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []


def test_each_importable_package_is_packaged_and_layered():
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    packaged = set(find_packages(str(ROOT), include=settings["options.packages.find"]["include"].split()))
    assert packaged == {str(PurePosixPath(name).parent).replace("/", ".") for name in MODULES}
    assert set(settings["importlinter"]["root_packages"].split()) == set(PACKAGES)


def mirroring_files() -> list[PurePosixPath]:
    """The files of tests/ that are about modules, relative to tests/."""
    names = subprocess.run(["git", "ls-files", "tests"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [PurePosixPath(name).relative_to("tests") for name in names.split() if (ROOT / name).is_file()]
    return [f for f in files if f.name.startswith("test_") and f.parts[0] not in OF_NO_MODULE]


def test_each_test_file_mirrors_a_module_or_is_listed():
    alone = {str(f) for f in mirroring_files() if not (ROOT / f.with_name(f.name.removeprefix("test_"))).is_file()}
    assert alone == OF_SEVERAL_MODULES
