"""The layers of the house: who may import whom."""

import subprocess
import sys
from pathlib import Path

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
