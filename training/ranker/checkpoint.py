"""Where a long learning stands, on disk: after a kill it goes on from there and ends with the same bits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch


@dataclass(frozen=True)
class Checkpoint:
    """The file of one learning of one night; whatever decides its result is part of the night's name."""

    file: Path

    def load(self) -> dict[str, Any] | None:
        """What was saved last, on the CPU whatever device it was on; None where nothing was, or by another torch."""
        if not self.file.is_file():
            return None
        state = torch.load(self.file, map_location="cpu", weights_only=True)
        return state if state.pop("torch") == str(torch.__version__) else None

    def save(self, **state: Any) -> None:
        """Keep tensors, numbers, strings, and lists and dicts of them; a kill leaves the last ones whole."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.file.with_name(f".{self.file.name}-{os.getpid()}")
        torch.save({"torch": str(torch.__version__), **state}, unfinished)
        unfinished.replace(self.file)

    def clear(self) -> None:
        """Forget it: the learning has come to its end."""
        self.file.unlink(missing_ok=True)
