"""Which code a step runs, on packages made for the test and on our own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.night.step_code import PACKAGES, CodeBase, code_base
from pipelines.night.steps import STEPS

ROOT = Path(__file__).parents[3]
FILES = {
    "acme_jobs/__init__.py": "",
    "acme_jobs/clean.py": "from acme_core.texts import words\nLIMIT = 3\n",
    "acme_jobs/rank.py": "def main():\n    from acme_core.lazy import late\n    return late\n",
    "acme_jobs/serve.py": "MODULE = 'acme_core.served'\n",
    "acme_core/__init__.py": "SWITCH = 'on'\n",
    "acme_core/served.py": "ANSWER = 42\n",
    "acme_core/lazy.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import acme_core.typing\nlate = 1\n",
    "acme_core/typing.py": "KIND = 1\n",
    "acme_core/texts/__init__.py": "",
    "acme_core/texts/words.py": '"""Words."""\nwords = ["a"]  # all\ndef one():\n  """First."""\n  return words[0]\n',
    "acme_core/texts/queries/words.sql": "select 1\n",
    "acme_core/unused.py": "NOTHING = 0\n",
}
JOBS = ("acme_jobs.clean", "acme_jobs.rank", "acme_jobs.serve")


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """A folder with two small packages, importable."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [m for m in sys.modules if m.startswith("acme_")]:
        del sys.modules[name]


def hashes() -> dict[str, str]:
    base = CodeBase(("acme_jobs", "acme_core"))
    return {job.removeprefix("acme_jobs."): base.hash(job) for job in JOBS}


def changed_by(folder: Path, name: str, text: str) -> set[str]:
    """The jobs whose hash differs with `text` as the content of the file `name`."""
    before = hashes()
    (folder / name).write_text(text)
    return {job for job, digest in hashes().items() if digest != before[job]}


@pytest.mark.parametrize(
    ("name", "text", "jobs"),
    [
        ("acme_jobs/clean.py", "from acme_core.texts import words\nLIMIT = 4\n", {"clean"}),
        ("acme_core/texts/words.py", 'words = ["b"]\n\n\ndef one():\n    return words[0]\n', {"clean"}),
        ("acme_core/lazy.py", "late = 2\n", {"rank"}),  # imported within a function
        ("acme_core/served.py", "ANSWER = 43\n", {"serve"}),  # named by a string
        ("acme_core/texts/queries/words.sql", "select 2\n", {"clean"}),
        ("acme_core/texts/other.html", "<p>", {"clean"}),  # a new data file
        ("acme_core/__init__.py", "SWITCH = 'off'\n", {"clean", "rank", "serve"}),  # runs before its modules
        ("acme_jobs/rank.py", "def main():\n    from acme_core.unused import NOTHING\n    return NOTHING\n", {"rank"}),
        ("acme_core/unused.py", "NOTHING = 1\n", set()),
        ("acme_core/typing.py", "KIND = 2\n", set()),  # imported by a type checker only
        ("acme_core/texts/words.py", "words = [\n    'a'\n]\n# more\ndef one():\n  return words[0]\n", set()),
    ],
)  # fmt: skip
def test_a_change_counts_for_the_jobs_that_run_it(acme, name, text, jobs):
    assert changed_by(acme, name, text) == jobs


# Runs in a process of its own, on a copy of the packages. Adds a constant to each module (to all modules that the same
# steps run at once), and prints for each module the steps whose hash that changed; then adds a comment to every module.
CHANGE_EACH_MODULE = """
import json
from pipelines.night.step_code import code_base
from pipelines.night.steps import STEPS

base = code_base()

def hashes():
    return {name: base.hash(step.module) for name, step in STEPS.items()}

def change(module, text):
    before = base.code(module).digest
    base.file(module).write_text(text)
    return base.code(module).digest != before

run_by = {name: base.closure(step.module) for name, step in STEPS.items()}
groups = {}
for module in sorted(base.modules):
    groups.setdefault(tuple(name for name in STEPS if module in run_by[name]), []).append(module)
changed, unseen, last = {}, [], hashes()
for modules in groups.values():
    unseen += [m for m in modules if not change(m, base.file(m).read_text() + "\\nADDED_CONSTANT = 1\\n")]
    now = hashes()
    changed |= {module: [name for name in STEPS if now[name] != last[name]] for module in modules}
    last = now
for module in base.modules:
    change(module, "# a comment\\n" + base.file(module).read_text())
now = hashes()
print(json.dumps({
    "changed": changed,
    "run_by": {module: list(steps) for steps, modules in groups.items() for module in modules},
    "unseen": unseen,
    "by_comments": [name for name in STEPS if now[name] != last[name]],
}))
"""


@pytest.fixture(scope="module")
def changes(tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-c", CHANGE_EACH_MODULE],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_constant_added_to_a_module_changes_exactly_the_steps_that_run_it(changes):
    assert changes["unseen"] == []
    assert changes["changed"] == changes["run_by"]


def test_a_comment_in_every_module_changes_no_step(changes):
    assert changes["by_comments"] == []


# Other steps import torch, MLflow or Great Expectations, which takes seconds.
@pytest.mark.parametrize("step", ["clean", "features"])
def test_what_a_step_imports_when_it_starts_is_part_of_its_hash(changes, step):
    module = STEPS[step].module
    names = f"import sys, {module}; print(*(m for m in sys.modules if m.split('.')[0] in {PACKAGES}))"
    done = subprocess.run([sys.executable, "-c", names], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert len(imported) > 30
    missed = {name for name in imported if step not in changes["changed"][name]}
    assert missed == set()


@pytest.mark.parametrize(
    ("module", "steps"),
    [
        ("demo_shop.phrases", []),
        ("pipelines.orchestration.night_run", []),
        ("spark_jobs.cleaning.robots", ["clean"]),
        ("spark_jobs.day_tables", ["clean", "features"]),
        ("spark_jobs.engine", ["clean", "features", "rank"]),
        ("pipelines.report.night_page", ["publish"]),
        ("pipelines.quality.data_docs", ["check_inputs", "check_outputs"]),
        ("pipelines.contracts.contract", list(STEPS)),
        ("pipelines.contracts.events", [step for step in STEPS if step != "register"]),
        ("pipelines", list(STEPS)),
    ],
)
def test_a_changed_constant_changes_the_steps_that_run_it(changes, module, steps):
    assert changes["changed"][module] == steps


def test_the_registered_model_is_served_by_code_that_counts_for_register():
    assert "training.served_model" in code_base().closure(STEPS["register"].module)


def test_the_process_that_tunes_the_encoder_counts_for_train():
    assert "training.encoder.tune_encoder" in code_base().closure(STEPS["train"].module)


def test_the_sections_of_the_report_count_for_publish():
    files = {f for m in code_base().closure(STEPS["publish"].module) for f in code_base().data_files(m)}
    sections = set((ROOT / "pipelines" / "report" / "sections").glob("*.html"))
    assert sections
    assert sections <= files


def test_each_folder_with_python_files_is_a_package():
    folders = {file.parent for package in PACKAGES for file in (ROOT / package).rglob("*.py")}
    assert [str(f) for f in folders if not (f / "__init__.py").is_file()] == []
