"""Checkpoints of training on disk: a killed run resumes from the last one and ends with the same bits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch


@dataclass(frozen=True)
class Checkpoint:
    """The file with the state of one training of one night. The name of the night identifies all inputs of it."""

    file: Path

    def load(self) -> dict[str, Any] | None:
        """The state that was saved last, on the CPU; None where there is none, or of another version of torch."""
        if not self.file.is_file():
            return None
        state = torch.load(self.file, map_location="cpu", weights_only=True)
        return state if state.pop("torch") == str(torch.__version__) else None

    def save(self, **state: Any) -> None:
        """Save tensors, numbers, strings, and lists and dicts of them, atomically: a kill leaves the previous file."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.file.with_name(f".{self.file.name}-{os.getpid()}")
        torch.save({"torch": str(torch.__version__), **state}, unfinished)
        unfinished.replace(self.file)

    def clear(self) -> None:
        """Remove the file, once training has ended."""
        self.file.unlink(missing_ok=True)
