"""Commits: folders of files that are seen whole or not at all, and are compared with their list when they are read.

Data files are written into a folder that nobody reads. `commit` brings them to the disk, lists each with size, rows and
checksum in `_commit.json`, brings that to the disk, and renames the folder. Readers open the files that the list names,
and no others. Versions of days and of deliveries are such folders, and so are releases.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from pipelines.atomic_files import counted, make_folder, remove, rename_all, replacing, sync_all
from pipelines.errors import StepFailed
from pipelines.sources.ledger import stamp_of

COMMIT = "_commit.json"  # Spark ignores files whose names begin with an underscore
VERIFIED = "ledger/verified.txt"
LIST_DAMAGED = f"{COMMIT} is missing or damaged"


class DamagedVersion(StepFailed):
    """A committed folder is not what its list says. Nothing of it is read."""


@dataclass(frozen=True)
class CommittedFile:
    """What the list says of a file: its size, its rows (0 where it is no Parquet file), its SHA-256 in hex digits."""

    bytes: int
    rows: int
    sha256: str


@dataclass(frozen=True)
class Commit:
    """The list of a committed folder, by path in it, and the facts that were committed with the files."""

    files: dict[str, CommittedFile]
    facts: dict[str, Any]

    @property
    def rows(self) -> int:
        """The rows of all files."""
        return sum(file.rows for file in self.files.values())


@dataclass(frozen=True)
class SignedCommit:
    """What `_commit.json` holds: the list, and the SHA-256 of its compact JSON, so that a changed byte shows."""

    commit: Commit
    sha256: str


LISTS = TypeAdapter(Commit)
SIGNED = TypeAdapter(SignedCommit)


@dataclass(frozen=True)
class Version:
    """The folder that is to hold a version, and the facts to be committed with it."""

    target: Path
    facts: Mapping[str, Any]


class Store:
    """The committed folders of a home.

    A checksum is computed again only where size, times or inode of the file have changed since it was last found right:
    `ledger/verified.txt` has a line for each such comparison, and can be deleted at any time. With `trusting=False`
    such lines do not count: all that is read is hashed.
    """

    def __init__(self, home: Path, *, trusting: bool = True) -> None:
        self.home = home
        self._file = home / VERIFIED
        lines = self._file.read_text(errors="replace").splitlines() if trusting and self._file.is_file() else []
        self._verified = dict(line.split("\t", 1)[::-1] for line in lines if "\t" in line)  # stamp by path

    @counted()
    def commit(self, made: Mapping[Path, Version]) -> None:
        """Commit the files of each folder of `made` as its version; a folder that is missing has none.

        Where a target is whole already, it stays and what was made is removed: both were made from the same inputs. A
        damaged one is replaced.
        """
        written: list[Path] = []
        listed: dict[Path, list[Path]] = {}
        for folder, version in made.items():
            make_folder(folder)
            for checksum in folder.rglob(".*.crc"):  # Hadoop's: where one is damaged, Spark refuses a file that is not
                checksum.unlink()
            files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name[0] not in "._")
            _write_list(folder, Commit({str(f.relative_to(folder)): _described(f) for f in files}, dict(version.facts)))
            written += [*files, folder / COMMIT, *{file.parent for file in files} | {folder}]
            listed[folder] = [version.target / file.relative_to(folder) for file in files]
        sync_all(written)
        there = {version.target for version in made.values() if version.target.is_dir()}
        remove(*(target for target in there if self.damage(target)))
        refused = rename_all({folder: version.target for folder, version in made.items()})
        if broken := [target for target in refused.values() if self.damage(target)]:
            raise DamagedVersion(self._sentence(broken[0], self.damage(broken[0])))
        remove(*refused)
        self._note(file for folder, files in listed.items() if folder not in refused for file in files)

    def read(self, folder: Path) -> Commit:
        """The list of a committed folder. Raises DamagedVersion where it is missing or cannot be read."""
        try:
            signed = SIGNED.validate_json((folder / COMMIT).read_bytes())
        except (OSError, ValidationError) as broken:
            raise DamagedVersion(self._sentence(folder, LIST_DAMAGED)) from broken
        if signed.sha256 != _signature(signed.commit):
            raise DamagedVersion(self._sentence(folder, LIST_DAMAGED))
        return signed.commit

    @counted()
    def damage(self, folder: Path) -> str:
        """What is wrong with a committed folder, as a clause; empty where each listed file is what was committed."""
        return self._first_damage(folder, self._damage_of)

    @counted()
    def missing_or_cut(self, folder: Path) -> str:
        """The same without a look into the files: whether one is missing or has another size."""
        return self._first_damage(folder, _damage_of_size)

    def _first_damage(self, folder: Path, judge: Callable[[Path, str, CommittedFile], str]) -> str:
        try:
            files = self.read(folder).files
        except DamagedVersion:
            return LIST_DAMAGED
        return next(filter(None, (judge(folder, name, file) for name, file in files.items())), "")

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

    def _damage_of(self, folder: Path, name: str, listed: CommittedFile) -> str:
        if wrong := _damage_of_size(folder, name, listed):
            return wrong
        file = folder / name
        if self._verified.get(str(file.relative_to(self.home))) == stamp_of(file):
            return ""
        if sha256_of(file) != listed.sha256:
            return f"{name} has other bytes than were written"
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
    rows = pq.read_metadata(file).num_rows if file.suffix == ".parquet" else 0
    return CommittedFile(file.stat().st_size, rows, sha256_of(file))


def _damage_of_size(folder: Path, name: str, listed: CommittedFile) -> str:
    try:
        size = (folder / name).stat().st_size
    except OSError:
        return f"{name} is missing"
    return "" if size == listed.bytes else f"{name} has {size:,} bytes, {listed.bytes:,} were written"


def _write_list(folder: Path, commit: Commit) -> None:
    """Write the list; whoever may read the folder may read it."""
    file, place = folder / COMMIT, folder.stat()
    file.write_bytes(SIGNED.dump_json(SignedCommit(commit, _signature(commit)), indent=1))
    os.chown(file, -1, place.st_gid)
    file.chmod(place.st_mode & 0o666)


def _signature(commit: Commit) -> str:
    return hashlib.sha256(LISTS.dump_json(commit)).hexdigest()
