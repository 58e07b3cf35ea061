"""Files, links and folders that a reader sees as they were or as they are now, never half written."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Yields a path beside `file` to write to; it takes the place of `file` where the block ends well."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    yield part
    part.replace(file)


def write_text(file: Path, text: str) -> None:
    """Write `text` as UTF-8 in place of `file`."""
    with replacing(file) as part:
        part.write_text(text, encoding="utf-8")


def write_json(file: Path, tree: Any) -> None:
    """Write `tree` as indented JSON with sorted keys in place of `file`."""
    write_text(file, json.dumps(tree, indent=1, sort_keys=True, default=str) + "\n")


def point_link(link: Path, target: Path) -> None:
    """Let the symbolic link `link` point to `target`."""
    fresh = link.with_name(f".{link.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def clear_folder(folder: Path) -> Path:
    """Remove `folder` with all that is in it, make it again, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
