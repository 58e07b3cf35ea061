"""Whole nights of a tiny shop, killed at drawn moments and run again: the tables must be those of an undisturbed night.

`python -m tests.faults.killed_nights --kills 200` goes on where it stopped: what came of each kill is appended to a
file by the hash of the code and the number of the night. A reader looks at the home all the while.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import count, islice
from pathlib import Path
from threading import Lock
from typing import Any

from pipelines.night.releases import current
from pipelines.night.steps import STEPS
from tests.faults.family import kill as end
from tests.faults.kills import Kill, kills_of, under_airflow
from tests.faults.reader import WRONG, reading
from tests.faults.shop import (
    PAUSE_S,
    ROOT,
    Result,
    Started,
    bytes_of_steps,
    code_hash,
    copy,
    make_shop,
    result_of,
    start,
    start_night,
    wait_for_orphans,
)

LEAST_IN_STEP = 10
ORDER = {name: number for number, name in enumerate(("open", *STEPS))}
WRITING = Lock()  # of the file of outcomes


@dataclass(frozen=True)
class Outcome:
    """What came of a kill: who was killed when, and what was wrong after the retry (empty where nothing was)."""

    step: str
    victim: str
    bytes: int
    seconds: float
    wrong: str = ""


@dataclass(frozen=True)
class Undisturbed:
    """The home before the night, the bytes that each step of the night writes, and what the night gives."""

    base: Path
    bytes: dict[str, int]
    result: Result


def undisturbed(folder: Path) -> Undisturbed:
    """The undisturbed night of this code, made once in `folder`."""
    kept = folder / "undisturbed.json"
    if not kept.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        print("making a shop with two nights, and the third one undisturbed", flush=True)
        make_shop(folder / "base")
        written = bytes_of_steps(copy(folder / "base", folder / "calm"))
        kept.write_text(json.dumps({"bytes": written, "result": asdict(result_of(folder / "calm"))}))
    tree = json.loads(kept.read_text())
    return Undisturbed(folder / "base", tree["bytes"], Result(**tree["result"]))


def disturbed(calm: Undisturbed, home: Path, kills: Iterable[Kill], *, airflow: bool) -> list[dict[str, Any]]:
    """Run the night in a copy of the home before it, with these kills; gives back what came of each."""
    copy(calm.base, home)
    expected = result_of(home).rows | calm.result.rows
    outcomes, failed = [], ""
    with reading(home, expected) as seen:
        try:
            outcomes = _under_airflow(calm, home, list(kills)) if airflow else _by_steps(calm, home, list(kills))
        except RuntimeError as refused:
            failed = str(refused)
    wait_for_orphans(home)
    failed = failed or differences(calm.result, result_of(home))
    wrong_looks = sum(seen[name] for name in WRONG)
    if wrong_looks:
        failed = f"{failed} the reader saw {dict(seen)}".strip()
    facts = {"looks": seen["looks"], "wrong_looks": wrong_looks}
    return [asdict(replace(outcome, wrong=failed)) | facts for outcome in outcomes]


def _by_steps(calm: Undisturbed, home: Path, kills: list[Kill]) -> list[Outcome]:
    outcomes, work = [], None
    for step in ("open", *STEPS):
        for kill in (kill for kill in kills if kill.step == step):
            outcomes += _killed(start(home, work, step), [kill], calm.bytes)
        printed = start(home, work, step).finish()
        work = work or Path(printed.strip())
    return outcomes


def _under_airflow(calm: Undisturbed, home: Path, kills: list[Kill]) -> list[Outcome]:
    outcomes, left = [], kills
    while left and current(home) != calm.result.in_force:
        outcomes += _killed(start_night(home), left, calm.bytes)
        left = [kill for kill in left[1:] if outcomes and ORDER[kill.step] > ORDER[outcomes[-1].step]]
    if current(home) != calm.result.in_force:
        start_night(home).finish()
    return outcomes


def _killed(run: Started, kills: list[Kill], of_bytes: Mapping[str, int]) -> list[Outcome]:
    """Kill at the first of these moments that is met, and wait for the end; nothing where the run ended before.

    A moment is met when the drawn part of what the step writes is written, and the victim is there.
    """
    began = time.monotonic()
    while not run.ended():
        for kill in kills:
            step = STEPS.get(kill.step)
            written = run.family.written(step if kill.victim == "airflow" else None)
            victims = run.family.victims(kill.victim, step)
            if victims and written >= kill.share * of_bytes[kill.step]:
                time.sleep(kill.wait_s)
                end(victims)
                run.printed()
                return [Outcome(kill.step, kill.victim, written, round(time.monotonic() - began, 2))]
        time.sleep(PAUSE_S)
    return []


def differences(calm: Result, disturbed: Result) -> str:
    """What a disturbed night gives that an undisturbed one does not, or the other way round, in words."""
    found = []
    for part, undisturbed in asdict(calm).items():
        now = getattr(disturbed, part)
        if isinstance(now, list):
            undisturbed, now = sorted(set(undisturbed) - set(now)), sorted(set(now) - set(undisturbed))
        if undisturbed != now:
            found.append(f"{part}: {now} instead of {undisturbed}")
    return "; ".join(found)[:2000]


def main() -> int:
    """Run nights until there were enough kills; returns 1 where one of them went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="least number of kills, at least 10 in each step")
    parser.add_argument("--jobs", type=int, default=2, help="nights at a time")
    parser.add_argument("--outcomes", type=Path, default=ROOT / "faults.jsonl", help="file that outcomes are added to")
    chosen = parser.parse_args()
    code = code_hash()
    calm = undisturbed(ROOT / "build" / f"faults-{code}")

    def run_one(night: int) -> None:
        home = calm.base.parent / f"night-{night}"
        shutil.rmtree(home, ignore_errors=True)
        outcomes = disturbed(calm, home, kills_of(night), airflow=under_airflow(night))
        with WRITING, chosen.outcomes.open("a") as file:
            file.writelines(json.dumps({"code": code, "night": night} | outcome) + "\n" for outcome in outcomes)
        wrong = outcomes[0]["wrong"]
        print(f"night {night}: {len(outcomes)} kills, {wrong or 'right'}", flush=True)
        if not wrong:
            shutil.rmtree(home)

    with ThreadPoolExecutor(chosen.jobs) as pool:
        while not enough(of_code(chosen.outcomes, code), chosen.kills):
            done = {line["night"] for line in of_code(chosen.outcomes, code)}
            list(pool.map(run_one, islice((night for night in count() if night not in done), chosen.jobs)))
    return summarize(of_code(chosen.outcomes, code))


def enough(lines: list[dict[str, Any]], kills: int) -> bool:
    """Whether there were so many kills, and LEAST_IN_STEP of them or more in each step."""
    of_step = Counter(line["step"] for line in lines)
    return len(lines) >= kills and (
        kills < len(STEPS) * LEAST_IN_STEP or min(of_step[s] for s in STEPS) >= LEAST_IN_STEP
    )


def summarize(lines: list[dict[str, Any]]) -> int:
    """Print the kills of each step and victim with how many were right; returns 1 where one was not."""
    kills, right = Counter(), Counter()
    for line in lines:
        kills[line["step"], line["victim"]] += 1
        right[line["step"], line["victim"]] += not line["wrong"]
    print("\nstep            victim    kills  right")
    for (step, victim), number in sorted(kills.items(), key=lambda entry: (ORDER[entry[0][0]], entry)):
        print(f"{step:<16}{victim:<10}{number:>5}  {right[step, victim]:>5}")
    nights = {line["night"]: line for line in lines}
    looks, wrong = (sum(line[name] for line in nights.values()) for name in ("looks", "wrong_looks"))
    print(f"{kills.total()} kills in {len(nights)} nights, {right.total()} right; {looks} looks, {wrong} of them wrong")
    return int(right.total() < kills.total() or wrong > 0)


def of_code(file: Path, code: str) -> list[dict[str, Any]]:
    """The outcomes in a file that are of this code."""
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []
    return [line for line in lines if line["code"] == code]


if __name__ == "__main__":
    sys.exit(main())
