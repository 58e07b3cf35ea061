"""Which processes of a night are killed, and when: drawn from the number of the night alone."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pipelines.night.steps import STEPS

AIRFLOW_EACH = 8  # one of so many nights runs under Airflow, whose process is killed
# How often each step of a night is killed: those that take less time more often. `open` has no process of its own.
TIMES = {
    "open": 2, "clean": 2, "features": 1, "check_inputs": 2, "train": 1, "register": 2, "embed": 1, "rank": 1,
    "write": 2, "check_outputs": 2, "publish": 3,
}  # fmt: skip
LONGEST_WAIT_S = 0.02  # after the bytes were written


@dataclass(frozen=True)
class Kill:
    """A kill: in which step, of whom, when so large a share of what the step writes is written, and so much later."""

    step: str
    victim: str
    share: float
    wait_s: float


def under_airflow(night: int) -> bool:
    """Whether the night of this number runs under Airflow."""
    return night % AIRFLOW_EACH == 0


def kills_of(night: int) -> list[Kill]:
    """The kills of a night, in the order of its steps."""
    draw = Random(night)
    if under_airflow(night):
        return [Kill(step, "airflow", draw.random(), draw.uniform(0, LONGEST_WAIT_S)) for step in STEPS]
    return [
        Kill(step, draw.choice(_victims(step)), share, draw.uniform(0, LONGEST_WAIT_S))
        for step, times in TIMES.items()
        for share in sorted(draw.random() for _ in range(times))
    ]


def _victims(step: str) -> tuple[str, ...]:
    if step == "open":
        return ("all",)
    return ("step", "parent", "all", "jvm") if STEPS[step].engine == "spark" else ("step", "parent", "all")
