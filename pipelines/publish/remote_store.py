"""Objects below one address: on S3, Google's or Azure's store, or in a folder of another disk.

A thin layer over obstore: conditional writes, checksums beside the objects, and failures as sentences. Credentials,
region and endpoint come from the environment (for S3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
AWS_ENDPOINT_URL). An object is seen whole or not at all; what is left of an upload that was killed is no object.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import unquote

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import LocalStore, from_url

from pipelines.errors import StepFailed
from pipelines.file_lock import locked

if TYPE_CHECKING:
    from obstore import UpdateVersion

SILENCE_S = 30  # seconds without an answer after which a request has failed
RETRIES = 3  # of a request that was refused for the moment, within SILENCE_S
PART = 5 << 20  # bytes of one part of a large file
PARTS_AT_ONCE = 4  # each has SILENCE_S for its way: 0.7 MB a second suffice

T = TypeVar("T")


class CopyFailed(StepFailed):
    """An address cannot be reached or written, or holds something else. The home is as it was."""


class ObjectChanged(Exception):
    """A conditional write was refused: the object is not the one that was read."""


class RemoteStore:
    """The objects below an address, by their path in it. Each method raises CopyFailed where the store refuses."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        scheme, _, path = self.address.partition("://")
        self._folder = Path(unquote(path)) if scheme == "file" else None
        self._store = self._answer(self._open)

    def _open(self) -> obstore.store.ObjectStore:
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            return LocalStore(self._folder, automatic_cleanup=True)
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        silence = timedelta(seconds=SILENCE_S)
        return from_url(
            self.address,
            client_options={"timeout": silence, "connect_timeout": silence / 3, "allow_http": plain},
            retry_config={"max_retries": RETRIES, "retry_timeout": silence},
        )

    def sizes(self, folder: str) -> dict[str, int]:
        """The size in bytes of each object in a folder and the folders in it, by path."""
        found = self._answer(lambda: obstore.list(self._store, prefix=folder).collect())
        return {entry["path"]: entry["size"] for entry in found}

    def read(self, path: str) -> tuple[bytes, str] | None:
        """The bytes of an object and its version (ETag); None where there is none."""
        if (found := self._answer(lambda: self._get(path))) is None:
            return None
        return self._answer(found.bytes).to_bytes(), found.meta["e_tag"] or ""

    def sha256(self, path: str) -> str:
        """The SHA-256 that was noted when an object was put, in hex digits, else empty; on a disk that of its bytes."""
        if self._folder:
            content, _ = self.read(path) or (b"", "")
            return hashlib.sha256(content).hexdigest()
        found = self._answer(lambda: self._get(path, head=True))
        return str(found.attributes.get("sha256", "")) if found else ""

    def _get(self, path: str, *, head: bool = False) -> obstore.GetResult | None:
        try:
            return obstore.get(self._store, path, options={"head": head})
        except FileNotFoundError:
            return None

    def put(self, path: str, file: Path, sha256: str) -> None:
        """Let the object at `path` hold the bytes of a file, whose SHA-256 is noted with it."""
        note = None if self._folder else {"sha256": sha256}
        self._answer(
            lambda: obstore.put(
                self._store, path, file, attributes=note, chunk_size=PART, max_concurrency=PARTS_AT_ONCE
            )
        )

    def replace(self, path: str, content: bytes, version: str | None) -> None:
        """Let an object hold `content` if it is still the `version` that was read; None: if there is none.

        Raises ObjectChanged where it is not. A disk has no such operation: there, writers take turns by a lock.
        """
        mode: Literal["create"] | UpdateVersion = "create" if version is None else {"e_tag": version}
        try:
            if self._folder and version is not None:
                self._replace_on_disk(self._folder, path, content, version)
            else:
                self._answer(lambda: obstore.put(self._store, path, content, mode=mode))
        except (AlreadyExistsError, PreconditionError) as changed:
            raise ObjectChanged from changed

    def _replace_on_disk(self, folder: Path, path: str, content: bytes, version: str) -> None:
        with locked(folder / f".{path}.lock"):
            if (found := self.read(path)) is None or found[1] != version:
                raise ObjectChanged
            self._answer(lambda: obstore.put(self._store, path, content))

    def remove(self, paths: Collection[str]) -> None:
        """Remove objects; what is missing stays so."""
        for path in sorted(paths):
            self._answer(partial(self._delete, path))

    def _delete(self, path: str) -> None:
        with suppress(FileNotFoundError):  # S3 says nothing of a missing object, other stores do
            obstore.delete(self._store, path)

    def _answer(self, request: Callable[[], T]) -> T:
        """The answer to a request. Raises CopyFailed where there is none, and what obstore raises for a condition."""
        try:
            return request()
        except (AlreadyExistsError, PreconditionError):
            raise
        except (BaseError, OSError, ValueError) as refused:
            raise CopyFailed(
                f"{self.address} cannot be used: {_first_sentence(refused)}. Is the address right, does the bucket "
                "exist, and are credentials, region and endpoint in the environment?"
            ) from refused


def _first_sentence(refused: Exception) -> str:
    """What a store says, without its XML, and without the options of an address, which may be signed."""
    first = (str(refused).strip() or type(refused).__name__).splitlines()[0].partition(": <?xml")[0]
    return re.sub(r"\?\S*", "", first).rstrip(". ")
