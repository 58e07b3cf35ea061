"""Files, links and folders that a reader sees as they were or as they are now, also after a kill or a power loss.

What is written here is on the disk before its name is; what is removed is out of sight before anything in it is gone.
Days, releases, the ledger and facts of a night go through this module. It sums the seconds that this takes.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

REMOVED = ".removed-"  # start of the names of what is being removed
MANY = 500  # files and folders that are synced one by one


@dataclass
class Spent:
    """The seconds that this process has spent on keeping files whole: syncs, renames, checksums, removals."""

    seconds: float = 0.0
    counting: bool = False


SPENT = Spent()


@contextmanager
def counted() -> Iterator[None]:
    """Add the seconds of the block, or of a function that this decorates, to those spent; once where nested."""
    if SPENT.counting:
        yield
        return
    SPENT.counting, start = True, time.perf_counter()
    try:
        yield
    finally:
        SPENT.counting = False
        SPENT.seconds += time.perf_counter() - start


def sync(path: Path) -> None:
    """Return once a file's bytes, or the names in a folder, are on the disk (fsync)."""
    with _opened(path) as descriptor:
        os.fsync(descriptor)


@counted()
def sync_all(paths: Collection[Path]) -> None:
    """`sync` for each of these files and folders, which are on one file system.

    Where there are many, this waits once for all that was written to the file system, by whomever: an fsync takes some
    milliseconds. syncfs reports what could not be written (Linux 5.8); a system without it has `sync` alone.
    """
    if len(paths) <= MANY:
        for path in paths:
            sync(path)
        return
    with _opened(next(iter(paths))) as descriptor:
        if (syncfs := getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)) is None:
            os.sync()
        elif syncfs(descriptor):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> Path:
    """Make `folder` and the folders above it where they are missing, and return it."""
    if not folder.is_dir():
        make_folder(folder.parent)
        try:
            os.mkdir(folder)
        except FileExistsError:  # another process was faster
            return folder
        sync(folder.parent)
    return folder


@counted()
def rename(source: Path, target: Path) -> None:
    """Let `source`, whose contents are on the disk, be `target` from now on; a file or link there is replaced.

    Raises OSError where `target` is a folder that is not empty.
    """
    os.replace(source, target)
    sync(target.parent)


@counted()
def rename_all(targets: Mapping[Path, Path]) -> dict[Path, Path]:
    """`rename` for each source and its target, whose folder is made; gives back those whose target is a full folder."""
    refused = {}
    for source, target in targets.items():
        make_folder(target.parent)
        try:
            os.replace(source, target)
        except OSError as failure:
            if failure.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            refused[source] = target
    sync_all({target.parent for target in targets.values()})
    return refused


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Yields a path beside `file` to write to; it takes the place of `file` where the block ends well."""
    make_folder(file.parent)
    part = file.with_name(f".{file.name}.part")
    yield part
    with counted():
        sync(part)
        rename(part, file)


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
    os.symlink(target, fresh)
    rename(fresh, link)


@counted()
def remove(*paths: Path) -> None:
    """Remove files, and folders with all that is in them: nobody ever sees a part of one. What is missing stays so."""
    hidden = []
    for path in paths:
        aside = path.with_name(f"{REMOVED}{path.name}-{token_hex(4)}")
        with suppress(FileNotFoundError):
            os.replace(path, aside)
            hidden.append(aside)
    sync_all({aside.parent for aside in hidden})
    for aside in hidden:
        _delete(aside)


def clear_folder(folder: Path) -> Path:
    """Remove `folder` with all that is in it, make it again, and return it."""
    remove(folder)
    return make_folder(folder)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
