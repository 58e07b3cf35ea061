"""The command line and the environment of a step's process."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import util
from pathlib import Path

from pipelines.errors import StepFailed
from pipelines.night.night import Night
from pipelines.night.steps import Step
from pipelines.orchestration.class_archive import archive_options
from pipelines.settings.spark import Spark

# Spark generates one large method for each stage; by default the JVM only interprets methods above 8000 bytes.
LARGE_METHODS = "-XX:-DontCompileHugeMethods"
# A JVM that lives for a minute does not regain the time that its C2 compiler takes. Without C2 the JVM reserves less
# memory for compiled code, which is too little for Spark.
C1_COMPILER_ONLY = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"
JIT_THRESHOLD_BYTES = 200 << 20  # above this input size the JVM's C2 compiler pays for itself

# OpenMP threads sleep while they wait. By default they spin; where steps share processors, training took four times
# as long.
PASSIVE_THREADS = {"OMP_WAIT_POLICY": "passive"}


def command(step: Step, night: Night) -> list[str]:
    """The command of a step: `spark-submit FILE …` or `python -m MODULE …`, each with `--night FOLDER`."""
    arguments = [*step.arguments, "--night", str(night.work)]
    if step.engine == "python":
        return [sys.executable, "-m", step.module, *arguments]
    spec = util.find_spec(step.module)
    if spec is None or spec.origin is None:
        raise StepFailed(f"the module {step.module} is not installed; install nightshelf again.")
    log_settings = f"-Dlog4j2.configurationFile={Path(spec.origin).with_name('log4j2.properties')}"
    compiler = () if night.input_bytes() > JIT_THRESHOLD_BYTES else (C1_COMPILER_ONLY,)
    temporary = f'"-Djava.io.tmpdir={night.temporary}"'
    java = " ".join([log_settings, temporary, LARGE_METHODS, *compiler, *archive_options()])
    spark = night.settings.spark
    options = ["--master", spark.master, "--driver-memory", spark.driver_memory, "--driver-java-options", java]
    return [_spark_submit(), *options, spec.origin, *arguments]


def _spark_submit() -> str:
    """The `spark-submit` of this virtual environment, else the one on the PATH."""
    beside_python = Path(sys.executable).with_name("spark-submit")
    return str(beside_python) if beside_python.exists() else shutil.which("spark-submit") or "spark-submit"


def environment(spark: Spark) -> dict[str, str]:
    """The environment of a step: the caller's, with the variables that make Spark use this Python and fix hashing."""
    fixed = {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONHASHSEED": "0",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
    }
    if spark.master.startswith("local"):
        fixed["SPARK_LOCAL_IP"] = "127.0.0.1"
    return PASSIVE_THREADS | os.environ | fixed
