"""The step `train`: trains a challenger, and evaluates it and its baselines on the newest days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.registry.client import fetch_for_training
from pipelines.state_files import write_state
from recommender.ranking.ranker import Ranker
from training.encoder.encoder import make_repeatable
from training.ranker.build_model import make_challenger
from training.ranker.cold_items import cold_products
from training.ranker.evaluate import (
    after_one_product,
    calibration_metric,
    differences,
    evaluate_exploration,
    evaluate_rankers,
    found_by_short,
    with_parts,
)
from training.ranker.golden_probe import save_probe
from training.ranker.model_folder import SavedModel, load_model
from training.ranker.time_split import day_to_date
from training.ranker.training_run import TrainingRun

COMPARED_WITH = ("item_knn", "popularity", "lexical", "predecessor")  # the challenger, in paired differences


def main(argv: Sequence[str] | None = None) -> None:
    """Write `challenger/` and `evaluation.json` of the night that `--night` names."""
    step_process("train", train, argv)


def train(night: Night) -> None:
    """Train a challenger and evaluate it, its baselines and the predecessor on the test days.

    Nothing is trained where the registry has a model of the same inputs, or where the run was started with
    --skip-training and there is a predecessor.
    """
    if fetch_for_training(night):
        return
    make_repeatable(night.settings.training.threads, night.settings.training.seed)
    run, predecessor_folder = TrainingRun.of(night), night.work / "predecessor"
    last_known_day = run.split.test.first - 1
    rankers: dict[str, Ranker] = {}
    challenger = None
    if night.skip_training and predecessor_folder.is_dir():
        run.notes.append("training was skipped on request: only the predecessor is evaluated")
    else:
        challenger = make_challenger(run)
        ranker = run.ranker(challenger, last_known_day)
        save_probe(challenger, ranker, run.inputs.texts)
        rankers |= with_parts("challenger", ranker)
    if predecessor_folder.is_dir():
        predecessor = load_model(predecessor_folder)
        if predecessor.facts["validation_until"] > str(day_to_date(last_known_day)):
            run.notes.append("the predecessor was fitted on some of the test days: its figures are too good")
        ranker = run.ranker(predecessor, last_known_day)
        rankers = (rankers or with_parts("predecessor", ranker)) | {"predecessor": ranker}
    write_state(night.work / "evaluation.json", evaluation(run, rankers, challenger))


def evaluation(run: TrainingRun, rankers: dict[str, Ranker], challenger: SavedModel | None) -> dict[str, Any]:
    """The content of `evaluation.json`: metrics of `rankers` on the test days, curves, notes and times of the run."""
    cases, settings = run.test_cases(), run.settings
    cold = cold_products(run.inputs.log, run.split.test.first - 1, settings.guards.cold_users)
    with run.timed("judge"):
        judged = evaluate_rankers(rankers, cases, cold)
        if "challenger" in rankers:
            judged |= evaluate_rankers({"after_one_product": rankers["challenger"]}, after_one_product(cases), cold)
        if settings.ranking.explored and "challenger" in rankers:
            draw = (str(run.run_date), settings.ranking.explored)
            judged["explored"] = evaluate_exploration(rankers["challenger"], cases, cold, draw)
    run.seconds |= {f"rank {name}": round(figures.seconds, 4) for name, figures in judged.items()}
    if run.split.test.too_few:
        needed = settings.guards.least_users
        run.notes.append(f"only {len(cases)} users to judge models on, at least {needed} needed: not decisive")
    metrics = {name: figures.metrics() for name, figures in judged.items()}
    for name in {"challenger", "predecessor"} & set(rankers):
        metrics[name]["calibration_error@10"] = calibration_metric(
            rankers[name], run.users_with_history(run.split.test)
        )
        if rankers[name].short:
            metrics[name]["found_by_short@10"] = found_by_short(rankers[name], cases)
    return {
        "window": run.split.test.as_dates() | {"judged": len(cases)},
        "validation": run.split.validation.as_dates(),
        "fit_until": str(day_to_date(run.split.fit_until)),
        "models": metrics,
        "differences": differences(judged, "challenger", COMPARED_WITH),
        "cold_differences": differences(judged, "challenger", COMPARED_WITH, "cold_recall"),
        "recall_by_depth": {name: figures.recall_by_depth.round(9).tolist() for name, figures in judged.items()},
        "curves": run.curves,
        "blend": None if challenger is None else challenger.blend.as_json(),
        "half_life_days": None if challenger is None else _half_lives(challenger),
        "notes": run.notes,
        "seconds": run.seconds,
    }


def _half_lives(model: SavedModel) -> dict[str, float]:
    return {"pairs": model.knn.half_life_days, "popularity": model.blend.half_life_days}


if __name__ == "__main__":
    main()
