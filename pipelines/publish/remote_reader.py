"""Reads the release that is in force at an address to which releases are copied."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.night.store import COMMIT, SIGNED, CommittedFile
from pipelines.publish.release_copies import POINTER, TRIES, Pointer, read_pointer
from pipelines.publish.remote_store import CopyFailed, RemoteStore


@dataclass(frozen=True)
class RemoteRelease:
    """One release at an address: what the pointer says of it, and the files that its list names, by path in it."""

    address: str
    pointer: Pointer
    listed: dict[str, CommittedFile]

    def files(self, table: str) -> list[str]:
        """The addresses of the Parquet files of a table."""
        return [f"{self.address}/{name}" for name in self._names(table)]

    def read(self, table: str) -> pa.Table:
        """A table of the release, in memory. Raises CopyFailed where a file is gone, or not what was published."""
        remote = RemoteStore(self.address)
        parts = []
        for name in self._names(table):
            content, _ = remote.read(name) or (b"", "")
            if hashlib.sha256(content).hexdigest() != self.listed[name].sha256:
                raise CopyFailed(f"{self.address}/{name} is gone, or not what was published. Read the pointer again.")
            parts.append(pq.read_table(pa.BufferReader(content)))
        return pa.concat_tables(parts)

    def _names(self, table: str) -> list[str]:
        names = [name for name in sorted(self.listed) if name.startswith(f"{table}/") and name.endswith(".parquet")]
        if not names:
            tables = sorted({name.split("/")[0] for name in self.listed if name.endswith(".parquet")})
            raise CopyFailed(f'{self.address} has no table "{table}"; tables: {", ".join(tables)}.')
        return names


def read_remote_current(address: str) -> RemoteRelease:
    """The release in force at an address, whose listed files are all there with their sizes.

    What is read again, because the pointer moved or a release was removed meanwhile, is read some times. Raises
    CopyFailed where there is no pointer, or no whole release behind it.
    """
    remote = RemoteStore(address)
    for _ in range(TRIES):
        if (found := read_pointer(remote)) is None:
            raise CopyFailed(f"{remote.address} has no {POINTER}: no release was copied to it.")
        pointer = found[0]
        folder = f"releases/{pointer.release_id}"
        content, _ = remote.read(f"{folder}/{COMMIT}") or (b"", "")
        if hashlib.sha256(content).hexdigest() != pointer.list_sha256:
            continue
        listed = SIGNED.validate_json(content).commit.files
        sizes = remote.sizes(f"{folder}/")
        if all(sizes.get(f"{folder}/{name}") == file.bytes for name, file in listed.items()):
            return RemoteRelease(f"{remote.address}/{folder}", pointer, listed)
    raise CopyFailed(
        f"{remote.address}: release {pointer.release_id} is not whole. If it is being replaced, read again "
        "in a minute; else bring it up to date with: nightshelf releases HOME --copy"
    )
