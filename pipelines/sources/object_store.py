"""Source files on an object store -> local copies, each fetched again only where it changed.

An address is `SCHEME://BUCKET/PATH`, with a file, a folder or a glob as PATH: `s3`, `gs`, `abfss` or `hdfs`, as
`pyarrow.fs` reads them. Credentials, region and endpoint come from the environment, as each store's own tools take them
(for S3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fsspec.implementations.arrow import ArrowFSWrapper
from pyarrow import ArrowInvalid
from pyarrow.fs import FileSystem

from pipelines.atomic_files import replacing
from pipelines.errors import SourceError

CHUNK = 1 << 22


@dataclass(frozen=True)
class ObjectVersion:
    """Size in bytes and time of the last change: one of them differs where the content does."""

    size: int
    changed: datetime


def is_remote(path: str) -> bool:
    """Whether `path` is an address on an object store."""
    return "://" in path


def list_remote(address: str) -> dict[str, ObjectVersion]:
    """Path in the store to stamp, for each file that an address names, sorted. Raises SourceError."""
    store, path = _open(address)
    try:
        if not any(sign in path for sign in "*?[") and store.isdir(path):
            path = f"{path.rstrip('/')}/*"
        found: dict[str, dict[str, Any]] = store.glob(path, detail=True)
    except OSError as refused:
        raise _unreachable(address, refused) from refused
    files = (entry for entry in found.values() if entry["type"] == "file")
    seen = {entry["name"]: ObjectVersion(entry["size"], entry["mtime"]) for entry in files}
    return {name: seen[name] for name in sorted(seen) if not Path(name).name.startswith(".")}


def fetch(address: str, listed: Mapping[str, ObjectVersion], wanted: Collection[str], inbox: Path) -> dict[str, Path]:
    """Path in the store to a local copy, for the `wanted` files; what is not `listed` leaves `inbox`.

    A copy carries the size and the time of its original: while both agree it is not fetched again.
    """
    store, _ = _open(address)
    copies = {name: inbox / name for name in wanted}
    for stale in sorted({p for p in inbox.rglob("*") if p.is_file()} - {inbox / name for name in listed}):
        stale.unlink()
    for name, stamp in ((name, listed[name]) for name in wanted):
        if _is_copy(copies[name], stamp):
            continue
        with replacing(copies[name]) as part:
            try:
                with store.fs.open_input_stream(name, compression=None) as source, part.open("wb") as out:
                    shutil.copyfileobj(source, out, CHUNK)
            except OSError as refused:
                raise _unreachable(f"{address} ({name})", refused) from refused
            os.utime(part, ns=(_nanoseconds(stamp.changed),) * 2)
    return copies


def _open(address: str) -> tuple[ArrowFSWrapper, str]:
    scheme, _, rest = address.partition("://")
    bucket, _, path = rest.partition("/")
    bucket, _, options = bucket.partition("?")
    try:
        store, root = FileSystem.from_uri(f"{scheme}://{bucket}" + (f"?{options}" if options else ""))
    except (ArrowInvalid, OSError, NotImplementedError) as refused:
        raise _unreachable(address, refused) from refused
    return ArrowFSWrapper(store), f"{root.rstrip('/')}/{path}"


def _is_copy(file: Path, stamp: ObjectVersion) -> bool:
    if not file.is_file():
        return False
    there = file.stat()
    return there.st_size == stamp.size and there.st_mtime_ns == _nanoseconds(stamp.changed)


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6) * 1000


def _unreachable(address: str, reason: Exception) -> SourceError:
    first = str(reason).strip().splitlines()[0] if str(reason).strip() else type(reason).__name__
    return SourceError(
        f"{address} cannot be read: {first}. Is the address right (s3://, gs://, abfss://, hdfs://), and are "
        "credentials, region and endpoint in the environment?"
    )
