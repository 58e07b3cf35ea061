"""The encoder of a challenger, tuned on the pairs of the fit days: by one process, or by several together.

Several processes (`[training] processes`, `machines`) are started by torchrun. Where there is more than one machine,
each further one runs the same, with the shop's home mounted:

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
from training.encoder.distributed import group, leads
from training.encoder.encoder import Encoder, make_repeatable
from training.encoder.encoder_files import load_base, save_encoder
from training.encoder.finetune import fine_tune
from training.encoder.hard_negatives import with_hard_negatives
from training.encoder.pairs import DayRange, PairSampling, draw_pairs
from training.ranker.inputs import read_reviews
from training.ranker.training_run import TrainingRun

SINCE_EVER = -(10**6)


def main(argv: Sequence[str] | None = None) -> None:
    """Tune the encoder of the night that `--night` names, as one of the processes that torchrun has started."""
    step_process("tune", tune_in_group, argv)


def tune_in_group(night: Night) -> None:
    """The part of one process: the first writes the encoder, and beside it what there is to tell."""
    with group():
        make_repeatable(night.settings.training.threads, night.settings.training.seed)
        lab = TrainingRun.of(night)
        encoder = tuned(lab)
        if leads():
            save_encoder(encoder, folder_of(night))
            write_json(_told(night), {"curves": lab.curves, "notes": lab.notes})


def tune(lab: TrainingRun, folder: Path) -> None:
    """Write to `folder` the encoder of the settings, tuned as they say; notes and curves go to `lab`."""
    settings = lab.night.settings.training
    if settings.tuning == "frozen" or settings.processes * settings.machines == 1:
        save_encoder(tuned(lab), folder)
        return
    done = subprocess.run(command(lab.night))
    if done.returncode:
        raise StepFailed(
            f"tuning the encoder with [training] processes = {settings.processes}, machines = {settings.machines} "
            f"ended with code {done.returncode}; the lines above say why. With 1 and 1 this process tunes it alone."
        )
    folder_of(lab.night).rename(folder)
    told = json.loads(_told(lab.night).read_text())
    lab.curves |= told["curves"]
    lab.notes += told["notes"]


def command(night: Night) -> list[str]:
    """The command that starts the processes of this machine."""
    settings = night.settings.training
    options = {
        "nnodes": settings.machines,
        "nproc-per-node": settings.processes,
        "rdzv-backend": "c10d",
        "rdzv-endpoint": settings.rendezvous,
        "rdzv-id": night.run_id,
    }
    torchrun = [sys.executable, "-m", "torch.distributed.run", *(f"--{key}={value}" for key, value in options.items())]
    return [*torchrun, "-m", "training.encoder.tune_encoder", "--night", str(night.work)]


def folder_of(night: Night) -> Path:
    """Where the processes leave the encoder."""
    return night.work / "tuned"


def _told(night: Night) -> Path:
    return night.work / "tuned.json"


def tuned(lab: TrainingRun) -> Encoder:
    """The base encoder, tuned on the pairs of the fit days; as it comes where that is not wanted or not possible."""
    settings = lab.night.settings.training
    base = load_base(settings.encoder, settings.max_tokens)
    if settings.tuning == "frozen" or not settings.max_steps:
        lab.notes.append("the encoder was left as it is, as the settings say")
        return base
    reviews = read_reviews(lab.night, lab.inputs.product_ids)
    window = lab.split.validation
    wish = PairSampling(settings.max_pairs, settings.review_share, settings.seed)
    fit = draw_pairs(lab.inputs.log, reviews, lab.inputs.texts, DayRange(SINCE_EVER, lab.split.fit_until), wish)
    later = draw_pairs(lab.inputs.log, reviews, lab.inputs.texts, DayRange(window.first, window.last), wish)
    if len(fit) < settings.batch_pairs:
        lab.notes.append(f"only {len(fit)} pairs to learn from: the encoder was left as it is")
        return base
    if settings.hard_negatives:
        fit = with_hard_negatives(fit, lab.inputs.lexical, settings.hard_negatives)
    encoder, curves = fine_tune(base, fit, later, settings, lab.checkpoint("fine-tune"))
    lab.curves |= asdict(curves)
    return encoder


if __name__ == "__main__":
    main()
