"""Copies of releases at another address, `[releases] also_to`: what is kept at home is there, and nothing else of it.

    ADDRESS/releases/<id>/…             the files of a release; `_commit.json`, then `manifest.json`, are written last
    ADDRESS/current.json                the pointer: which release is in force, and the SHA-256 of its `_commit.json`

A release whose manifest is there is whole. All functions can be killed at any call to the store and called again.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipelines.night.copy_state import CopyState, forget_copy, note_copy
from pipelines.night.releases import Release, current, list_releases, published_ids, release_folders
from pipelines.night.store import COMMIT, SIGNED, sha256_of, store_of
from pipelines.publish.remote_store import CopyFailed, ObjectChanged, RemoteStore
from pipelines.settings.releases import Releases

MANIFEST = "manifest.json"
POINTER = "current.json"
TRIES = 5  # of reading the pointer and writing it, while others write it


@dataclass(frozen=True)
class Pointer:
    """Which release is in force at an address; pointers are ordered as releases are."""

    run_date: date
    number: int
    release_id: str
    list_sha256: str

    @property
    def order(self) -> tuple[date, int, str]:
        """Later is newer."""
        return self.run_date, self.number, self.release_id


POINTERS = TypeAdapter(Pointer)


def keep_copies(home: Path, settings: Releases) -> CopyState | None:
    """Bring `[releases] also_to` up to date with the home; returns how it went, None where nothing is copied.

    A copy that fails changes nothing at home: how it went is kept for the pages and `nightshelf doctor`. The caller
    holds the home alone.
    """
    if not settings.also_to:
        forget_copy(home)
        return None
    catch_up = (
        "The next night that is published copies what is missing; at once: "
        f"nightshelf releases {shlex.quote(str(home))} --copy"
    )
    note_copy(home, CopyState(settings.also_to, False, f"the last copy of the releases was interrupted. {catch_up}"))
    try:
        state = CopyState(settings.also_to, True, copy_releases(home, RemoteStore(settings.also_to)))
    except CopyFailed as failed:
        now = current(home) or "no release"
        says = f"{now} is in force in {home}, but the copies of its releases are not up to date: {failed} {catch_up}"
        state = CopyState(settings.also_to, False, says)
    note_copy(home, state)
    print(f"copies of releases: {state.says}")
    return state


def copy_releases(home: Path, remote: RemoteStore) -> str:
    """Copy what is missing, the release in force first; move the pointer; remove what the home has removed.

    Returns a sentence. Raises CopyFailed where the store refuses, a release at home is damaged, or the address holds a
    release of another home under the same id.
    """
    there = remote.sizes("releases/")
    releases = [release for release in list_releases(home) if (release.folder / COMMIT).is_file()]
    in_force = [release for release in releases if release.in_force]
    if not in_force and (now := current(home)):
        raise CopyFailed(
            f"release {now}, which is in force, is damaged, or was made before releases listed their files."
        )
    for release in in_force:
        copy_release(remote, home, release, there)
    says = _move_pointer(remote, home, _pointer_to(in_force[0]) if in_force else None)
    for release in reversed(releases):
        if not release.in_force:
            copy_release(remote, home, release, there)
    _remove_pruned(remote, home, there)
    return says or f"{remote.address} holds the {len(releases)} releases of the home"


def copy_release(remote: RemoteStore, home: Path, release: Release, there: Mapping[str, int]) -> None:
    """Let the copy of a release be what it is at home; files that are there already are not put again.

    `there` has the size of each object below `releases/`. Where the home's release was replaced, files that changed are
    put, and the manifest is away meanwhile, so that nobody takes the mixture for a release. Raises CopyFailed where a
    file of the release at home is not what was published.
    """
    folder = f"releases/{release.release_id}"
    if wrong := store_of(home).damage(release.folder):
        raise CopyFailed(f"release {release.release_id} of the home is damaged: {wrong}.")
    listed = (release.folder / COMMIT).read_bytes()
    files = {name: (file.bytes, file.sha256) for name, file in store_of(home).read(release.folder).files.items()}
    manifest = files.pop(MANIFEST)
    files |= {COMMIT: (len(listed), hashlib.sha256(listed).hexdigest()), MANIFEST: manifest}  # they are put last
    found = {name.removeprefix(f"{folder}/"): size for name, size in there.items() if name.startswith(f"{folder}/")}
    before, _ = (remote.read(f"{folder}/{COMMIT}") if COMMIT in found else None) or (b"", "")
    if before == listed and found == {name: size for name, (size, _) in files.items()}:
        return
    if before not in (b"", listed):
        _refuse_other_home(remote, release, before)
        remote.remove([f"{folder}/{MANIFEST}"])
        found.pop(MANIFEST, None)
    remote.remove([f"{folder}/{name}" for name in found.keys() - files.keys()])
    for name, (size, sha256) in files.items():
        if found.get(name) != size or remote.sha256(f"{folder}/{name}") != sha256:
            remote.put(f"{folder}/{name}", release.folder / name, sha256)


def _refuse_other_home(remote: RemoteStore, release: Release, listed: bytes) -> None:
    """Raise CopyFailed where the list that is there is of another run: ids are unique in one home only."""
    try:
        run_id = SIGNED.validate_json(listed).commit.facts.get("run_id", "")
    except ValidationError:  # it is replaced
        return
    if run_id and release.run_id and run_id != release.run_id:
        raise CopyFailed(
            f"{remote.address} holds a release {release.release_id} of another home (run {run_id}, here "
            f"{release.run_id}). Give each home an address of its own ([releases] also_to), or remove the folder there."
        )


def _pointer_to(release: Release) -> Pointer:
    return Pointer(release.run_date, release.number, release.release_id, sha256_of(release.folder / COMMIT))


def read_pointer(remote: RemoteStore) -> tuple[Pointer, str] | None:
    """The pointer of an address and its version; None where there is none. Raises CopyFailed where it is no pointer."""
    if (found := remote.read(POINTER)) is None:
        return None
    try:
        return POINTERS.validate_json(found[0]), found[1]
    except ValidationError as broken:
        raise CopyFailed(f"{remote.address}/{POINTER} is no pointer to a release; remove it.") from broken


def _move_pointer(remote: RemoteStore, home: Path, target: Pointer | None) -> str:
    """Let the pointer be `target`, or let there be none; a newer one that another home has put there stays.

    Returns the sentence that says so, else an empty one.
    """
    ours = published_ids(home)
    for _ in range(TRIES):
        found = read_pointer(remote)
        there, version = found or (None, None)
        if there == target:
            return ""
        if there and there.release_id not in ours and (target is None or there.order > target.order):
            return (
                f"{remote.address} stays at {there.release_id}, put there by another home, which is newer than "
                f"{target.release_id if target else 'what is in force here'}"
            )
        if target is None:
            remote.remove([POINTER])
            return ""
        try:
            remote.replace(POINTER, POINTERS.dump_json(target, indent=1), version)
        except ObjectChanged:
            continue
        return ""
    raise CopyFailed(f"{remote.address}/{POINTER} was changed by others {TRIES} times meanwhile.")


def _remove_pruned(remote: RemoteStore, home: Path, there: Mapping[str, int]) -> None:
    """Remove what the home has published and does not keep: first the manifest of a release, then its files."""
    found = {path.split("/")[1] for path in there}
    gone = (found & published_ids(home)) - {folder.name for folder in release_folders(home)}
    if gone and (pointer := read_pointer(remote)):
        gone -= {pointer[0].release_id}
    for release_id in sorted(gone):
        folder = f"releases/{release_id}"
        remote.remove([f"{folder}/{MANIFEST}"])
        remote.remove([path for path in there if path.startswith(f"{folder}/") and path != f"{folder}/{MANIFEST}"])
