"""Split by time on Online Retail: the night's models for the days after a date, compared with a cheap hybrid.

The steps clean, features and check_inputs build the tables up to the last test day, as a night does. Models learn from
the days up to a week before `--until`, are chosen on that week, then know all behaviour up to `--until`, and are judged
on the days after: on products that are new to the user, and on all purchases, repeats included, with nothing hidden.
Lists hold only products sold up to `--until`. `cheap_hybrid` is item-kNN by position (no turns, no ageing) and TF-IDF
alone, their weight chosen on the same week. `--peers` adds published recommenders on new products (see
benchmarks/lib/peers.py).

    python -m benchmarks.next_days --data DIR/online_retail --until 2011-06-30 --days 7 --peers kindling-rec
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.increment import make_home
from benchmarks.lib.peers import PEERS, peer
from pipelines.atomic_files import write_json
from pipelines.contracts.score_parts import CHOSEN_TOGETHER, SIMILAR_TEXT
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.orchestration.run_step import run_step
from pipelines.settings.knn import Knn
from recommender.ranking.blend import Blend
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.fit_blend import scales
from recommender.ranking.histories import histories, items_of
from recommender.ranking.interaction_log import InteractionLog
from recommender.ranking.knn import count_neighbours
from recommender.ranking.metrics import estimate, ndcg
from recommender.ranking.ranker import Ranker
from recommender.ranking.score_parts.chosen_together import ChosenTogether
from training.encoder.encoder import make_repeatable
from training.ranker.build_model import make_challenger
from training.ranker.evaluate import DEPTH, LIST_LENGTH, ModelFigures, evaluate_rankers, with_parts
from training.ranker.time_split import DayWindow, TimeSplit, day_number
from training.ranker.training_run import TrainingRun

STEPS = ("clean", "features", "check_inputs")
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)  # of the cheap hybrid's weight that TF-IDF may have


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.next_days", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the packed or unpacked files of each day")
    parser.add_argument("--until", type=date.fromisoformat, default=date(2011, 6, 30), help="last day that is known")
    parser.add_argument("--days", type=int, default=7, help="days after it that are judged, and before it that choose")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=[], help="published recommenders to run beside")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "shop", asked.data)
        night = open_night(home, asked.until + timedelta(asked.days), RunOptions())
        for step in STEPS:
            run_step(step, night.work, log=lambda line: None)
        found = compared(training_run_of(night, asked.until, asked.days), asked.peers)
    for kind, models in found.items():
        for name, metrics in models.items():
            ndcg_10, recall_10 = metrics[f"ndcg@{DEPTH}"], metrics[f"recall@{DEPTH}"]
            interval = f"[{ndcg_10['low']:.4f}, {ndcg_10['high']:.4f}]"
            told = f"NDCG@10 {ndcg_10['value']:.4f} {interval}"
            if recall_10 is not None:
                told += f"  Recall@10 {recall_10['value']:.4f}  coverage {metrics['coverage@10']['value']:.3f}"
            print(f"{kind:<12} {name:<30} {ndcg_10['users']:>6,} users  {told}")
    if asked.json:
        write_json(asked.json, {"until": str(asked.until), "days": asked.days} | found)


def training_run_of(night: Night, until: date, days: int) -> TrainingRun:
    """The night's tables, with the split of this benchmark; what was first sold after `until` cannot be shown."""
    run, last = TrainingRun.of(night), day_number(until)
    inputs = replace(run.inputs, showable=run.inputs.showable & seen_until(run.inputs.log, last))
    users = len(inputs.log.users)
    windows = (DayWindow(last - days + 1, last, users, False), DayWindow(last + 1, last + days, users, False))
    return replace(run, inputs=inputs, split=TimeSplit(last - days, *windows))


def seen_until(log: InteractionLog, day: int) -> np.ndarray:
    """bool (n,): products with behaviour up to and with `day`."""
    return np.bincount(log.product[log.day <= day], minlength=len(log.products)) > 0


def compared(run: TrainingRun, peers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Figures by kind of task and model, those of `peers` where nothing is bought again, and what matters of them."""
    settings = run.settings
    make_repeatable(settings.training.threads, settings.training.seed)
    model = make_challenger(run)
    ranker = run.ranker(model, run.split.validation.last)
    before = by_places(run, run.ranker(model, run.split.fit_until), run.split.fit_until)
    hybrid = by_places(run, ranker, run.split.validation.last)
    hybrid = replace(hybrid, blend=cheap_hybrid(before, in_places(run.validation_cases())))
    cold = np.zeros(len(ranker.product_ids), bool)

    def figures(cases: EvalCases) -> dict[str, ModelFigures]:
        ours = evaluate_rankers(with_parts("nightshelf", ranker), cases, cold)
        return ours | evaluate_rankers({"cheap_hybrid": hybrid}, in_places(cases), cold)

    cases = run.test_cases()
    judged = figures(cases)
    for name in peers:
        items = peer(name, run.inputs, run.split.validation.last, cases, LIST_LENGTH)
        judged[name] = ModelFigures.of(items, cases, cold, ranker, 0.0)
    return {"new products": figures_and_differences(judged), "all": figures_and_differences(figures(with_repeats(run)))}


def figures_and_differences(judged: dict[str, ModelFigures]) -> dict[str, Any]:
    """The metrics of each model, and how far the night's is ahead of what others would take, paired."""
    found: dict[str, Any] = {name: figures.metrics() for name, figures in judged.items()}
    for other in ("cheap_hybrid", "item_knn", *(name for name in PEERS if name in judged)):
        paired = estimate(judged["nightshelf"].ndcg - judged[other].ndcg)
        found[f"nightshelf-{other}"] = {f"ndcg@{DEPTH}": asdict(paired), f"recall@{DEPTH}": None}
    return found


def by_places(run: TrainingRun, ranker: Ranker, until: int) -> Ranker:
    """`ranker` with plain item-kNN: each product of a history is a turn of its own, and pairs do not age."""
    past, knn = run.inputs.histories(until, Knn()), Knn()
    past = replace(past, turns=np.arange(len(past.items), dtype=np.int32))
    similar = count_neighbours(past, len(ranker.product_ids), knn)
    return replace(ranker.with_part(ChosenTogether(similar)), settings=knn)


def in_places(cases: EvalCases) -> EvalCases:
    """`cases` in whose histories each product is a turn of its own."""
    return replace(cases, histories=list(map(items_of, cases.histories)))


def cheap_hybrid(ranker: Ranker, cases: EvalCases) -> Blend:
    """Item-kNN and TF-IDF, each divided by its spread, with the weight of TF-IDF that ranks `cases` best."""
    spread = scales(ranker, cases.histories, cases.hidden)

    def blend(share: float) -> Blend:
        return Blend({CHOSEN_TOGETHER.name: 1 - share, SIMILAR_TEXT.name: share}, spread)

    def value(share: float) -> float:
        items = replace(ranker, blend=blend(share)).lists(cases.histories, cases.hidden, DEPTH)
        return float(ndcg(items, cases.targets, DEPTH).mean())

    return blend(max(SHARES, key=value))


def with_repeats(run: TrainingRun) -> EvalCases:
    """Users of the test days with a history, and all their purchases; nothing is hidden from them."""
    log, window = run.inputs.log, run.split.test
    inside = (log.day >= window.first) & (log.day <= window.last) & log.target & run.inputs.showable[log.product]
    past = histories(log, window.first - 1, run.settings.knn.history)
    bought = _products_of(log.rows(inside))
    users = np.intersect1d(log.users[sorted(bought)], past.users)
    targets = [bought[int(u)] for u in np.searchsorted(log.users, users)]
    return EvalCases(users, past.of(users), [np.empty(0, np.int32)] * len(users), targets)


def _products_of(log: InteractionLog) -> dict[int, np.ndarray]:
    return {int(u): np.unique(log.product[log.user == u]).astype(np.int32) for u in np.unique(log.user)}


if __name__ == "__main__":
    main()
