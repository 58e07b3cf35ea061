"""Files and folders that a reader sees whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any


def write_json(file: Path, tree: Any) -> None:
    """Write `tree` so that a reader sees the old file or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".tmp")
    fresh.write_text(json.dumps(tree, indent=1, sort_keys=True, default=str) + "\n")
    fresh.replace(file)


def clear_folder(folder: Path) -> Path:
    """`folder`, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
