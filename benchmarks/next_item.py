"""Next item, leave-one-out: how well the night's models rank a user's last choice among all items, seen items masked.

The night's own code learns on all but each user's last two choices, chooses everything on the last but one, and is
judged on the last. `--cold` removes 5 % of the items from what is learned from: how often they are found, ranked
normally and with a place kept for one, what that place costs, and the easier question of LIGER. `--encoders` judges
text vectors before and after each step of learning. `--refit` adds the last but one choice after everything is chosen,
for item-kNN and popularity; encoder, projection, network and weights stay. DIR holds `sequences.txt` and `items.jsonl`
(see benchmarks/lib/sequences.py). Prints the figures of each model with 95 % intervals. The JSON is written after each
seed; its `peak_rss_mb` is of this process alone, without peers.

    python -m benchmarks.next_item --data DIR --json next_item.json --seeds 1
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.baselines import BASELINES, baseline
from benchmarks.lib.cold_items import among_candidates, with_slots
from benchmarks.lib.encoders import encoders, steps
from benchmarks.lib.faithful import faithful
from benchmarks.lib.lists import figures, summary
from benchmarks.lib.next_item_tables import tables
from benchmarks.lib.peers import PEERS, peer
from benchmarks.lib.sequences import FIT, TEST, VALIDATION, drawn, inputs_of, read_sequences, without
from pipelines.atomic_files import write_json
from pipelines.settings.load import check_settings
from pipelines.settings.tree import Settings
from recommender.ranking.ranker import Ranker
from recommender.ranking.tfidf import TfidfVocabulary
from training.encoder.encoder import make_repeatable
from training.encoder.pairs import Reviews
from training.ranker.build_model import make_challenger
from training.ranker.evaluate import with_parts
from training.ranker.model_folder import SavedModel, vector_caches
from training.ranker.time_split import DayWindow, TimeSplit, cases_in
from training.ranker.training_run import TrainingRun

LISTED = 20
JUDGED = 25_000  # users at most, evenly spread; the interval tells the rest
ALL_WORDS = 10**6  # count when lists are judged by how much alike their items are
COLD = 0.05  # share of the items that `--cold` takes out
DAY = date(1970, 1, 3)
NO_REVIEWS = Reviews(np.empty(0, np.int64), np.empty(0, np.int64), [])
PROTOCOL = (
    "leave-one-out, of repeated choices the first counts, all items ranked, seen items masked, fitted on train only, "
    "chosen on validation"
)
REFIT = ", then item-kNN and popularity counted with validation, too, nothing learned anew"
TAKEN_OUT = ", 5 % of the items taken out of train"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.next_item", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument(
        "--refit",
        action="store_true",
        help="count validation choices, too, at the end (item-kNN, popularity); nothing is learned anew",
    )
    parser.add_argument("--models", nargs="*", choices=BASELINES, default=[], help="further models to fit and judge")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=[], help="published recommenders to run beside")
    parser.add_argument("--encoders", action="store_true", help="judge the vectors before and after tuning, too")
    parser.add_argument("--cold", action="store_true", help="take 5 %% of the items out of what is learned from")
    asked = parser.parse_args(argv)
    if asked.seeds < 1:
        parser.error(f"--seeds {asked.seeds}; allowed: 1 or more")
    began, runs, facts = time.monotonic(), [], {}
    for seed in range(1, asked.seeds + 1):
        runs.append(measure(asked, seed))
        facts = facts_of(asked, runs, time.monotonic() - began)
        if asked.json:
            write_json(asked.json, facts)
    print("\n".join(["", *tables(facts, asked.cold)]))


def facts_of(asked: argparse.Namespace, runs: Sequence[dict[str, Any]], seconds: float) -> dict[str, Any]:
    """What the JSON tells of the seeds that are done."""
    judged = [run["models"] for run in runs]
    return {
        "data": asked.data.resolve().name,
        "protocol": PROTOCOL + (REFIT if asked.refit else "") + (TAKEN_OUT if asked.cold else ""),
        "seeds": len(runs),
        "users": runs[0]["users"],
        "users_judged": runs[0]["users_judged"],
        "items": runs[0]["items"],
        "read": runs[0]["read"],
        "models": summary(judged),
        "ahead": steps(judged, "ndcg@10") if asked.encoders else {},
        "blends": [run["blend"] for run in runs],
        "reasons": [run["reasons"] for run in runs],
        "seconds": [run["seconds"] for run in runs],
        "wall_s": round(seconds, 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def measure(asked: argparse.Namespace, seed: int) -> dict[str, Any]:
    """The figures of one seed, which permutes the ids and is the seed of every random draw."""
    sequences = read_sequences(asked.data, seed)
    with tempfile.TemporaryDirectory() as folder:
        settings = check_settings({"training": {"seed": seed}, "guards": {"targets": ["purchase"]}})
        taken_out = drawn(sequences, seed, COLD if asked.cold else 0.0)
        run = training_run_of(Path(folder), without(inputs_of(sequences, settings), taken_out), settings)
        make_repeatable(settings.training.threads, settings.training.seed)
        model = make_challenger(run)
        ranker = refitted(run, model, taken_out) if asked.refit else run.ranker(model, FIT)
        cases = cases_in(run.inputs.log, run.split.test, run.inputs.showable, settings.knn.history, most=JUDGED)
        words = TfidfVocabulary.of(run.inputs.words, ALL_WORDS).counted(run.inputs.words)
        lists_figures = partial(figures, cases=cases, log=run.inputs.log, cold=taken_out, words=words)
        models = {}
        rankers = with_parts("nightshelf", ranker)
        rankers |= with_slots(ranker) if asked.cold else {}
        rankers |= encoders(run, model, ranker) if asked.encoders else {}
        for name, each in rankers.items():
            with run.timed(f"rank {name}"):
                lists = each.lists(cases.histories, cases.hidden, LISTED)
            models[name] = lists_figures(lists)
        reasons = faithful(ranker, cases, seed)
        for name in asked.models:
            with run.timed(name):
                lists = baseline(name, run, cases, LISTED)
            if lists is None:
                run.notes.append(f"{name} found nothing to learn from")
            else:
                models[name] = lists_figures(lists)
        for name in asked.peers:
            with run.timed(name):
                models[name] = lists_figures(
                    peer(name, without(run.inputs, taken_out, VALIDATION), VALIDATION, cases, LISTED)
                )
        if asked.cold:
            lists = among_candidates(ranker, cases, taken_out)
            models["candidates and all cold (LIGER)"] = lists_figures(lists)
    print(f"seed {seed}: {model.blend}, {run.seconds}, {run.notes}, {reasons}", flush=True)
    return {
        "users": len(sequences.users),
        "users_judged": len(cases),
        "items": len(ranker.product_ids),
        "read": sequences.counts,
        "models": models,
        "blend": model.blend.as_json(),
        "reasons": reasons,
        "seconds": run.seconds,
    }


def refitted(run: TrainingRun, model: SavedModel, cold: np.ndarray) -> Ranker:
    """`model` with the validation choices counted, except those of `cold` items."""
    return replace(run, inputs=without(run.inputs, cold, VALIDATION)).ranker(model, VALIDATION)


def training_run_of(home: Path, inputs: Any, settings: Settings) -> TrainingRun:
    """What the night's training works with, on these inputs."""
    users = len(inputs.log.users)
    split = TimeSplit(FIT, DayWindow(VALIDATION, VALIDATION, users, False), DayWindow(TEST, TEST, users, False))
    return TrainingRun(settings, DAY, home / "run", vector_caches(home), inputs, split, lambda: NO_REVIEWS)


if __name__ == "__main__":
    main()
