"""Commits: folders of files that are seen whole or not at all, and are compared with their list when they are read.

Data files are written into a folder that nobody reads. `commit` brings them to the disk, lists each with size, rows and
checksum in `_commit.json`, brings that to the disk, and renames the folder. Readers open the files that the list names,
and no others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from pipelines.atomic_files import make_folder, remove, rename_all, replacing, sync_all
from pipelines.errors import StepFailed
from pipelines.sources.ledger import stamp_of

COMMIT = "_commit.json"  # Spark ignores files whose names begin with an underscore
VERIFIED = "ledger/verified.txt"


class DamagedVersion(StepFailed):
    """A committed folder is not what its list says. Nothing of it is read."""


@dataclass(frozen=True)
class CommittedFile:
    """What the list says of a file: its size, its rows, and its SHA-256 in hex digits."""

    bytes: int
    rows: int
    sha256: str


@dataclass(frozen=True)
class Commit:
    """The list of a committed folder, by file name, and the facts that were committed with the files."""

    files: dict[str, CommittedFile]
    facts: dict[str, Any]

    @property
    def rows(self) -> int:
        """The rows of all files."""
        return sum(file.rows for file in self.files.values())


LISTS = TypeAdapter(Commit)


@dataclass(frozen=True)
class Version:
    """The folder that is to hold a version, and the facts to be committed with it."""

    target: Path
    facts: Mapping[str, Any]


class Store:
    """The committed folders of a home.

    A checksum is computed again only where size, times or inode of the file have changed since it was last found right:
    `ledger/verified.txt` has a line for each such comparison, and can be deleted at any time.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._file = home / VERIFIED
        lines = self._file.read_text(errors="replace").splitlines() if self._file.is_file() else []
        self._verified = dict(line.split("\t", 1)[::-1] for line in lines if "\t" in line)  # stamp by path

    def commit(self, made: Mapping[Path, Version]) -> None:
        """Commit the Parquet files of each folder of `made` as its version; a folder that is missing has no files.

        Where a target is whole already, it stays and what was made is removed: both were made from the same inputs. A
        damaged one is replaced.
        """
        written: list[Path] = []
        for folder, version in made.items():
            make_folder(folder)
            for checksum in folder.glob(".*.crc"):  # Hadoop's: where one is damaged, Spark refuses a file that is not
                checksum.unlink()
            files = sorted(folder.glob("*.parquet"))
            listed = Commit({file.name: _described(file) for file in files}, dict(version.facts))
            (folder / COMMIT).write_bytes(LISTS.dump_json(listed, indent=1))
            written += [*files, folder / COMMIT, folder]
        sync_all(written)
        there = {version.target for version in made.values() if version.target.is_dir()}
        remove(*(target for target in there if self.damage(target)))
        refused = rename_all({folder: version.target for folder, version in made.items()})
        if broken := [target for target in refused.values() if self.damage(target)]:
            raise DamagedVersion(self._sentence(broken[0], self.damage(broken[0])))
        remove(*refused)
        self._note(file for version in made.values() for file in version.target.glob("*.parquet"))

    def read(self, folder: Path) -> Commit:
        """The list of a committed folder. Raises DamagedVersion where it is missing or cannot be read."""
        try:
            return LISTS.validate_json((folder / COMMIT).read_bytes())
        except (OSError, ValidationError) as broken:
            raise DamagedVersion(self._sentence(folder, f"{COMMIT} is missing or damaged")) from broken

    def damage(self, folder: Path) -> str:
        """What is wrong with a committed folder, as a clause; empty where each listed file is what was committed."""
        try:
            files = self.read(folder).files
        except DamagedVersion:
            return f"{COMMIT} is missing or damaged"
        return next(filter(None, (self._damage_of(folder / name, file) for name, file in files.items())), "")

    def files(self, folder: Path) -> list[str]:
        """The paths of the listed files. Raises DamagedVersion where one of them is not what was committed."""
        if wrong := self.damage(folder):
            raise DamagedVersion(self._sentence(folder, wrong))
        return [str(folder / name) for name in sorted(self.read(folder).files)]

    def forget_removed(self) -> None:
        """Drop the lines of `ledger/verified.txt` whose files are gone, or that a later line replaces."""
        kept = {path: stamp for path, stamp in self._verified.items() if (self.home / path).is_file()}
        with replacing(self._file) as part:
            part.write_text("".join(f"{stamp}\t{path}\n" for path, stamp in sorted(kept.items())))
        self._verified = kept

    def _damage_of(self, file: Path, listed: CommittedFile) -> str:
        try:
            size, stamp = file.stat().st_size, stamp_of(file)
        except OSError:
            return f"{file.name} is missing"
        if size != listed.bytes:
            return f"{file.name} has {size:,} bytes, {listed.bytes:,} were written"
        if self._verified.get(str(file.relative_to(self.home))) == stamp:
            return ""
        if sha256_of(file) != listed.sha256:
            return f"{file.name} has other bytes than were written"
        self._note([file])
        return ""

    def _note(self, files: Iterable[Path]) -> None:
        """Note that these files were found right."""
        new = {str(file.relative_to(self.home)): stamp_of(file) for file in files}
        self._verified |= new
        make_folder(self._file.parent)
        with self._file.open("a") as out:  # one short write, so that steps of different nights may append side by side
            out.write("".join(f"{stamp}\t{path}\n" for path, stamp in new.items()))

    def _sentence(self, folder: Path, wrong: str) -> str:
        place = folder.relative_to(self.home)
        return f"{place}: {wrong}. Nothing of it was read. Run the night again: what is damaged is built again."


@cache
def store_of(home: Path) -> Store:
    """The store of a home, whose verified files are read once in a process."""
    return Store(home)


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's bytes, in hex digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _described(file: Path) -> CommittedFile:
    return CommittedFile(file.stat().st_size, pq.read_metadata(file).num_rows, sha256_of(file))
