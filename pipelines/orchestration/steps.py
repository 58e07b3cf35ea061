"""The steps of a night, the command of each, and how one is run: alone, once, and with its cost written down."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from typing import Any

from pipelines import errors
from pipelines.atomic_files import write_json
from pipelines.night.home_locks import night_lock, writer_lock
from pipelines.night.night import Night
from pipelines.night.steps import STEPS, Step
from pipelines.orchestration.class_archive import archive_options, keep_archive

LARGE_METHODS = "-XX:-DontCompileHugeMethods"  # Spark makes one of each stage; the JVM would leave it interpreted
# A JVM that lives for a minute never earns its second compiler. Without it the JVM keeps too little room for code.
ONE_COMPILER = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"
JIT_THRESHOLD_BYTES = 200 << 20  # bytes of input from which the second one pays


def command(step: Step, night: Night) -> list[str]:
    """The command of a step: `spark-submit FILE …` or `python -m MODULE …`, each with `--night FOLDER`."""
    tail = [*step.arguments, "--night", str(night.work)]
    if step.engine == "python":
        return [sys.executable, "-m", step.module, *tail]
    spec = util.find_spec(step.module)
    if spec is None or spec.origin is None:
        raise errors.StepFailed(f"{step.module} is not installed; install nightshelf again.")
    spark = night.settings.spark
    submit = Path(sys.executable).with_name("spark-submit")
    binary = str(submit) if submit.exists() else shutil.which("spark-submit") or "spark-submit"
    quiet = f"-Dlog4j2.configurationFile={Path(spec.origin).with_name('log4j2.properties')}"
    compiler = () if night.input_bytes() > JIT_THRESHOLD_BYTES else (ONE_COMPILER,)
    java = " ".join([quiet, LARGE_METHODS, *compiler, *archive_options()])
    options = ["--master", spark.master, "--driver-memory", spark.driver_memory, "--driver-java-options", java]
    return [binary, *options, spec.origin, *tail]


# Threads that wait sleep: by default they spin, and where steps share processors, learning took four times as long.
PASSIVE_THREADS = {"OMP_WAIT_POLICY": "passive"}


def environment(night: Night) -> dict[str, str]:
    """The environment of a step: the caller's, with what makes engines find this Python and stay quiet."""
    fixed = {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONHASHSEED": "0",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
    }
    if night.settings.spark.master.startswith("local"):
        fixed["SPARK_LOCAL_IP"] = "127.0.0.1"
    return PASSIVE_THREADS | os.environ | fixed


def run_step(name: str, work: Path, *, again: bool = False, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Run a step of the night in `work` and give back what it cost; one that has ended well is not run twice.

    Raises the NightshelfError that its exit code stands for, with the sentence it left.
    """
    night, step = Night.load(work), STEPS.get(name)
    if step is None:
        raise errors.SettingsError(f'"{name}" is no step; steps are {", ".join(STEPS)}.')
    with _locks(night, name) as locks:
        done = night.done(name)
        if done is not None and not again:
            say(f"{name}: done before, {done['seconds']:.0f} s")
            return done
        _forget_from(night, name)
        began = time.monotonic()
        code, peak = _run(command(step, night), environment(night), locks, say)
        if code != 0:
            raise _failure(night, name, code)
        keep_archive()
        facts = {"seconds": round(time.monotonic() - began, 2), "peak_rss_mb": round(peak)}
        if night.work.is_dir():  # publishing moves the release away and clears the rest
            night.mark_done(name, facts)
        say(f"{name}: {facts['seconds']:.0f} s, at most {facts['peak_rss_mb']} MB in one process")
        return facts


@contextmanager
def _locks(night: Night, name: str) -> Iterator[tuple[int, ...]]:
    """The locks that the step holds: alone where it removes what others may see, else beside other nights."""
    if name == "publish" or (name == "clean" and night.full_refresh):
        with writer_lock(night.home, wait=True) as lock:
            yield (lock,)
    else:
        with night_lock(night.home, night.work) as locks:
            yield locks


def _forget_from(night: Night, name: str) -> None:
    names = list(STEPS)
    for later in names[names.index(name) :]:
        night.forget(later)


def _run(argv: list[str], env: dict[str, str], locks: tuple[int, ...], say: Callable[[str], None]) -> tuple[int, float]:
    """Run a command in a process group of its own, which ends with this process, and pass its lines on.

    Gives back its exit code, and the megabytes that the largest of its processes held at most.
    """
    process = subprocess.Popen(
        argv,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        pass_fds=locks,
    )
    previous = signal.getsignal(signal.SIGTERM)

    def end(signum: int, frame: Any) -> None:
        os.killpg(process.pid, signal.SIGTERM)
        raise SystemExit(128 + signum)

    signal.signal(signal.SIGTERM, end)
    try:
        for line in process.stdout or ():
            say(line.rstrip("\n"))
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, used.ru_maxrss / 1024
    except BaseException:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)


def _failure(night: Night, name: str, code: int) -> errors.NightshelfError:
    file = night.work / "failure.json"
    told = json.loads(file.read_text()) if file.is_file() else {}
    why = told.get("why") or f"{name} ended with code {code}"
    kinds = {k.exit_code: k for k in (errors.SettingsError, errors.CheckFailed, errors.SourceError)}
    if not told:
        write_json(file, {"step": name, "why": why, "exit_code": errors.StepFailed.exit_code})
    return kinds.get(code, errors.StepFailed)(why)
