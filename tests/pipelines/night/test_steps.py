"""The steps of a night, and what else names them."""

import re
from pathlib import Path

from pipelines.night.steps import STEPS

ROOT = Path(__file__).parents[3]
PACKAGES = ("pipelines", "recommender", "spark_jobs", "training")
RUN_AGAIN = re.compile(r"[Rr]un the steps? (\w+)(?: and (\w+))? (?:again|first)\b")


def test_errors_send_to_steps_that_exist():
    """Such as "Run the step embed again": the name is one that `nightshelf step` knows."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    named = {(name, file.name) for file in files for match in RUN_AGAIN.findall(file.read_text()) for name in match}
    sent = {(name, file) for name, file in named if name}
    assert len(sent) >= 4
    assert {(name, file) for name, file in sent if name not in STEPS} == set()
