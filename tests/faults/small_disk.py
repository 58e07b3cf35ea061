"""A disk in memory whose free space is set: where it is full, writing fails as on a real one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage

PLENTY = 4 << 30  # bytes


def may_mount(folder: Path) -> bool:
    """Whether this account may mount such a disk."""
    if subprocess.run(_mount(folder, "size=64k"), capture_output=True).returncode:
        return False
    subprocess.run(["umount", str(folder)], check=True)
    return True


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk at `folder` until the block ends, with plenty of space at first."""
    folder.mkdir()
    subprocess.run(_mount(folder, f"size={PLENTY}"), check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def leave_free(folder: Path, space: int) -> None:
    """Let `space` bytes be free on the disk at `folder`, rounded up to pages."""
    size = disk_usage(folder).used + space
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


def _mount(folder: Path, size: str) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
