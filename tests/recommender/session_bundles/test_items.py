"""The rows of items do not depend on the hash seed of the process."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import numpy as np
from recommender.session_bundles.items import CatalogueTexts, Items

paths = [[tuple(f"step {number * at % 97}" for number in range(1, 9))] for at in range(40)]
rows = Items.of(CatalogueTexts([""] * 40, *np.ones((2, 40, 2), np.float32), paths, [""] * 40)).rows
for name in ("path", "path_words", "steps"):
    print(rows[name].indices.tolist(), rows[name].data.tolist())
"""


@pytest.mark.slow
def test_the_order_of_hashes_changes_nothing():
    told = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert told[0]
