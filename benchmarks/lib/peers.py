"""Published recommenders, each in a Python environment of its own, on the same data as the night's ranker.

They learn from everything that is known when lists are made, the validation choices included, with their own defaults.
A script of `peer_scripts/` runs in the environment, which is made where it is missing; it reads `events.csv` (user,
product, seconds, weight), `products.csv` (product, brand) and `users.csv`, and writes `lists.csv` (user, product,
place). All ids are numbers.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from recommender.ranking.eval_cases import EvalCases
from training.ranker.inputs import Inputs

PEERS = {
    "kindling-rec": ("kindling-rec==1.0.4",),
    "cicerone-recommender": ("cicerone-recommender==0.8.5",),
    "rectools": ("rectools==0.19.0",),
}
SCRIPTS = Path(__file__).with_name("peer_scripts")
ENVIRONMENTS = Path(os.environ.get("NIGHTSHELF_PEERS", Path.home() / ".cache" / "nightshelf-peers"))


def peer(name: str, inputs: Inputs, until: int, cases: EvalCases, k: int) -> np.ndarray:
    """int32 (u, k), -1 beyond a list's end: the lists of `name` for `cases`, from everything up to day `until`.

    Raises SystemExit where the peer cannot be installed or fails; its own output stands above.
    """
    python = environment(name)
    with TemporaryDirectory() as folder:
        write(Path(folder), inputs, until, cases)
        script = SCRIPTS / f"run_{name.partition('-')[0]}.py"
        done = subprocess.run([str(python), str(script), folder, str(k)], stdout=sys.stderr)
        if done.returncode:
            raise SystemExit(f"{name} ended with code {done.returncode}; the lines above say why")
        listed = pd.read_csv(Path(folder) / "lists.csv")
    found = np.full((len(cases), k), -1, np.int32)
    rows = np.searchsorted(_users(inputs, cases), listed["user"])
    found[rows, listed["place"]] = listed["product"]
    return found


def environment(name: str) -> Path:
    """The Python of the peer's environment, made where it is missing."""
    folder = ENVIRONMENTS / PEERS[name][0]
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        venv.create(folder, with_pip=True, clear=True)
        done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS[name]])
        if done.returncode:
            raise SystemExit(f"pip cannot install {PEERS[name][0]} into {folder}")
        (folder / "installed").touch()
    return python


def write(folder: Path, inputs: Inputs, until: int, cases: EvalCases) -> None:
    """Write the input files of a peer."""
    log = inputs.log.interest(until)
    events = {"user": log.user, "product": log.product, "seconds": log.last_ts // 10**6, "weight": log.weight}
    pd.DataFrame(events).to_csv(folder / "events.csv", index=False)
    products = {"product": np.arange(len(inputs.product_ids)), "brand": inputs.brands}
    pd.DataFrame(products).to_csv(folder / "products.csv", index=False)
    pd.DataFrame({"user": _users(inputs, cases)}).to_csv(folder / "users.csv", index=False)


def _users(inputs: Inputs, cases: EvalCases) -> np.ndarray:
    return np.searchsorted(inputs.log.users, cases.users)
