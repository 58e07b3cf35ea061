"""Tunes the encoder of a new model on the text pairs of the fit days, in this process or in several.

Several processes (`[training] processes`, `machines`) are started by torchrun. On each further machine the same command
is run by hand, with the shop's home mounted:

    torchrun --nnodes 2 --nproc-per-node 4 --rdzv-backend c10d --rdzv-endpoint HOST:PORT \\
        -m training.encoder.tune_encoder --night FOLDER
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipelines.atomic_files import write_json
from pipelines.errors import StepFailed
from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.settings.training import Training
from training.encoder.distributed import is_leader, process_group
from training.encoder.encoder import Encoder, make_repeatable
from training.encoder.encoder_files import load_base, save_encoder
from training.encoder.finetune import fine_tune
from training.encoder.pairs import DayRange, PairSampling, Reviews, TextPairs, draw_pairs, with_hard_negatives
from training.ranker.inputs import Inputs
from training.ranker.time_split import TimeSplit
from training.ranker.training_run import TrainingRun

FIRST_DAY = -(10**6)  # before every day of a log


def main(argv: Sequence[str] | None = None) -> None:
    """Tune the encoder of the night that `--night` names, as one of the processes that torchrun has started."""
    step_process("tune", tune_in_group, argv)


def tune_in_group(night: Night) -> None:
    """The work of one process of the group; the leader writes the encoder, its curves and its notes."""
    with process_group():
        make_repeatable(night.settings.training.threads, night.settings.training.seed)
        run = TrainingRun.of(night)
        encoder = tuned_encoder(run)
        if is_leader():
            save_encoder(encoder, _group_encoder(run.work))
            write_json(_group_report(run.work), {"curves": run.curves, "notes": run.notes})


def tune(run: TrainingRun, folder: Path) -> None:
    """Write the tuned encoder to `folder`; curves and notes are added to `run`.

    Raises StepFailed where a process of the group fails.
    """
    work, settings = run.work, run.settings.training
    if settings.tuning == "frozen" or settings.processes * settings.machines == 1:
        save_encoder(tuned_encoder(run), folder)
        return
    code = subprocess.run(torchrun_command(work, settings)).returncode
    if code:
        raise StepFailed(
            f"tuning the encoder with [training] processes = {settings.processes}, machines = {settings.machines} "
            f"ended with exit code {code}; the lines above give the cause. With processes = 1 and machines = 1 it is "
            "tuned in this process."
        )
    _group_encoder(work).rename(folder)
    report = json.loads(_group_report(work).read_text())
    run.curves |= report["curves"]
    run.notes += report["notes"]


def torchrun_command(work: Path, settings: Training) -> list[str]:
    """The command that starts the processes of this machine for the night in `work`, a folder named by its run id."""
    options = {
        "nnodes": settings.machines,
        "nproc-per-node": settings.processes,
        "rdzv-backend": "c10d",
        "rdzv-endpoint": settings.rendezvous,
        "rdzv-id": work.name,
    }
    torchrun = [sys.executable, "-m", "torch.distributed.run", *(f"--{key}={value}" for key, value in options.items())]
    return [*torchrun, "-m", "training.encoder.tune_encoder", "--night", str(work)]


def _group_encoder(work: Path) -> Path:
    return work / "tuned"


def _group_report(work: Path) -> Path:
    return work / "tuned.json"


def tuned_encoder(run: TrainingRun) -> Encoder:
    """The tuned encoder; the base encoder, with a note, where tuning is switched off or pairs are too few."""
    settings = run.settings.training
    base = load_base(settings.encoder, settings.max_tokens)
    if settings.tuning == "frozen" or not settings.max_steps:
        run.notes.append("the encoder was not tuned, as the settings say")
        return base
    fit, validation = training_pairs(run.inputs, run.read_reviews(), run.split, settings)
    if len(fit) < settings.batch_pairs:
        run.notes.append(
            f"only {len(fit)} text pairs, fewer than one batch of {settings.batch_pairs}: encoder not tuned"
        )
        return base
    if settings.hard_negatives:
        fit = with_hard_negatives(fit, run.inputs.lexical, settings.hard_negatives)
    encoder, curves = fine_tune(base, fit, validation, settings, run.checkpoint("fine-tune"))
    run.curves |= asdict(curves)
    return encoder


def training_pairs(
    inputs: Inputs, reviews: Reviews, split: TimeSplit, settings: Training
) -> tuple[TextPairs, TextPairs]:
    """The text pairs of the fit days, and those of the validation days."""
    sampling = PairSampling(settings.max_pairs, settings.review_share, settings.seed)
    fit_days = DayRange(FIRST_DAY, split.fit_until)
    validation_days = DayRange(split.validation.first, split.validation.last)
    return (
        draw_pairs(inputs.log, reviews, inputs.texts, fit_days, sampling),
        draw_pairs(inputs.log, reviews, inputs.texts, validation_days, sampling),
    )


if __name__ == "__main__":
    main()
