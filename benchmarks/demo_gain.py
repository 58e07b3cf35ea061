"""NDCG@10 of the night's blend against item-kNN alone and popularity, on demo shops of several seeds.

For each seed a demo shop without defects is made, the night's steps up to training run on it, and the night's own
judgement on its last days is read. The same with product texts shuffled among products, as a control: the gain must
disappear. Prints one line a shop, then the mean ratio with a 95 % interval (Student's t over seeds).

    python -m benchmarks.demo_gain --seeds 5 --json gain.json
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from scipy import stats

from demo_shop.write import write_demo_shop
from pipelines.atomic_files import write_json
from pipelines.night.new_home import demo_settings
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.user_key import make_user_key
from pipelines.orchestration.run_step import run_step
from pipelines.state_files import read_state

LAST = date(2025, 3, 31)
MODELS = ("challenger", "item_knn", "popularity", "lexical", "encoder")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.demo_gain", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    found = {
        kind: [measure(seed, shuffle_texts=kind == "shuffled") for seed in range(1, asked.seeds + 1)]
        for kind in ("own", "shuffled")
    }
    summary = {kind: summarise(rows) for kind, rows in found.items()}
    for kind, numbers in summary.items():
        for name, (mean, low, high) in numbers.items():
            print(f"{kind:<9} {name:<22} {mean:7.4f}  [{low:.4f}, {high:.4f}]")
    if asked.json:
        write_json(asked.json, {"shops": found, "summary": summary})


def measure(seed: int, *, shuffle_texts: bool) -> dict[str, float]:
    """NDCG@10 by model for one shop."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "shop"
        write_demo_shop(home / "sources", seed=seed, last_day=LAST, clean=True, shuffle_texts=shuffle_texts)
        (home / "nightshelf.toml").write_text(demo_settings())
        make_user_key(home)
        night: Night = open_night(home, LAST, RunOptions())
        for step in ("clean", "features", "train"):
            run_step(step, night.work, log=lambda line: None)
        evaluation = read_state(night.work / "evaluation.json")
    scores = {m: evaluation["models"][m]["ndcg@10"]["value"] for m in MODELS if m in evaluation["models"]}
    scores["users"] = evaluation["window"]["users"]
    print(
        f"seed {seed} {'shuffled' if shuffle_texts else 'own'}: " + " ".join(f"{k} {v:.4f}" for k, v in scores.items()),
        flush=True,
    )
    return scores


def summarise(rows: list[dict[str, float]]) -> dict[str, tuple[float, float, float]]:
    """Mean and interval over seeds: the ratio to item-kNN, the difference to it, and the difference to popularity."""
    knn, blend, popular = (np.array([r[m] for r in rows]) for m in ("item_knn", "challenger", "popularity"))
    return {
        "blend / item_knn": interval(blend / knn),
        "blend - item_knn": interval(blend - knn),
        "blend - popularity": interval(blend - popular),
    }


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean, and the 95 % interval of Student's t."""
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)


if __name__ == "__main__":
    main()
