"""The step `train`: a challenger from the days before, and figures on the newest days for it and what it must beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.atomic_files import write_json
from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.registry.client import fetch_for_training
from recommender.ranking.ranker import Ranker
from training.encoder.encoder import make_repeatable
from training.ranker.build_model import make_challenger
from training.ranker.cold_items import cold_products
from training.ranker.evaluate import (
    after_one_product,
    calibration,
    differences,
    explored,
    found_by_short,
    judge,
    with_parts,
)
from training.ranker.golden_probe import save_probe
from training.ranker.model_folder import SavedModel, load_model
from training.ranker.time_split import day_to_date
from training.ranker.training_run import TrainingRun


def main(argv: Sequence[str] | None = None) -> None:
    """Write `challenger/` and `evaluation.json` of the night that `--night` names."""
    step_process("train", train, argv)


def train(night: Night) -> None:
    """Train, unless a registered model or a predecessor stands in for it, and judge everything on the test days."""
    if fetch_for_training(night):
        return
    make_repeatable(night.settings.training.threads, night.settings.training.seed)
    lab, before = TrainingRun.of(night), night.work / "predecessor"
    eve = lab.split.test.first - 1
    rankers: dict[str, Ranker] = {}
    challenger = None
    if night.skip_training and before.is_dir():
        lab.notes.append("training was skipped as asked: only the predecessor is judged")
    else:
        challenger = make_challenger(lab)
        ranker = lab.ranker(challenger, eve)
        save_probe(challenger, ranker, lab.inputs.texts)
        rankers |= with_parts("challenger", ranker)
    if before.is_dir():
        predecessor = load_model(before)
        if predecessor.facts["validation_until"] > str(day_to_date(eve)):
            lab.notes.append("the predecessor was fitted on some of the test days: its figures flatter it")
        ranker = lab.ranker(predecessor, eve)
        rankers = (rankers or with_parts("predecessor", ranker)) | {"predecessor": ranker}
    write_json(night.work / "evaluation.json", report(lab, rankers, challenger))


def report(lab: TrainingRun, rankers: dict[str, Ranker], challenger: SavedModel | None) -> dict[str, Any]:
    """The content of `evaluation.json`."""
    cases, settings = lab.test_cases(), lab.night.settings
    cold = cold_products(lab.inputs.log, lab.split.test.first - 1, settings.guards.cold_users)
    with lab.timed("judge"):
        judged = judge(rankers, cases, cold)
        if "challenger" in rankers:
            judged |= judge({"after_one_product": rankers["challenger"]}, after_one_product(cases), cold)
        if settings.ranking.explored and "challenger" in rankers:
            draw = (str(lab.night.run_date), settings.ranking.explored)
            judged["explored"] = explored(rankers["challenger"], cases, cold, draw)
    lab.seconds |= {f"rank {name}": round(figures.seconds, 4) for name, figures in judged.items()}
    if lab.split.test.too_few:
        wanted = settings.guards.least_users
        lab.notes.append(f"only {len(cases)} users to judge models on, {wanted} wanted: the figures decide nothing")
    versus = ("item_knn", "popularity", "lexical", "predecessor")
    metrics = {name: figures.metrics() for name, figures in judged.items()}
    for name in {"challenger", "predecessor"} & set(rankers):
        metrics[name]["calibration_error@10"] = calibration(rankers[name], lab.known(lab.split.test))
        if rankers[name].short:
            metrics[name]["found_by_short@10"] = found_by_short(rankers[name], cases)
    return {
        "window": lab.split.test.as_dates() | {"judged": len(cases)},
        "validation": lab.split.validation.as_dates(),
        "fit_until": str(day_to_date(lab.split.fit_until)),
        "models": metrics,
        "differences": differences(judged, "challenger", versus),
        "cold_differences": differences(judged, "challenger", versus, "cold_recall"),
        "recall_by_depth": {name: figures.recall_by_depth.round(9).tolist() for name, figures in judged.items()},
        "curves": lab.curves,
        "blend": None if challenger is None else challenger.blend.named(),
        "half_life_days": None if challenger is None else _half_lives(challenger),
        "notes": lab.notes,
        "seconds": lab.seconds,
    }


def _half_lives(model: SavedModel) -> dict[str, float]:
    return {"pairs": model.knn.half_life_days, "popularity": model.blend.half_life_days}


if __name__ == "__main__":
    main()
