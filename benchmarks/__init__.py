"""Repeatable measurements; each module states its data, its protocol and its command."""

import os

from pipelines.orchestration.step_command import PASSIVE_THREADS

for name, value in PASSIVE_THREADS.items():  # before any library starts its threads
    os.environ.setdefault(name, value)
