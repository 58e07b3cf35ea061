"""The key that turns user ids into pseudonyms, and the pseudonym itself."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from pipelines.atomic_files import replacing
from pipelines.errors import SettingsError

VARIABLE = "NIGHTSHELF_USER_KEY"
LENGTH = 32
LEAST_BYTES = 32  # of a key
BLOCK = 64  # bytes of a block of SHA-256


def key_file(home: Path) -> Path:
    """The file of the key, read where the environment has none: beside the home, never inside."""
    home = home.resolve()
    return home.with_name(f".{home.name}.user-key")


def make_user_key(home: Path) -> Path:
    """The key file of `home`, made (0600) where there is none."""
    file = key_file(home)
    if not file.exists():
        with replacing(file) as part:
            part.touch(0o600)
            part.write_text(secrets.token_hex(32) + "\n")
    return file


def load_user_key(home: Path, environ: Mapping[str, str] | None = None) -> bytes:
    """The key of the shop at `home`.

    Raises SettingsError where there is none, or it is too short, or other users may read it.
    """
    environ = os.environ if environ is None else environ
    if VARIABLE in environ:
        return _long_enough(environ[VARIABLE], VARIABLE)
    file = key_file(home)
    if not file.is_file():
        raise SettingsError(f"no key for user ids: set {VARIABLE}, or put one at {file} (nightshelf init makes it).")
    if file.stat().st_mode & 0o077:
        raise SettingsError(f"{file} can be read by others; correct it with: chmod 600 {file}")
    return _long_enough(file.read_text(), str(file))


def _long_enough(text: str, place: str) -> bytes:
    key = text.strip().encode()
    if len(key) < LEAST_BYTES:
        raise SettingsError(
            f"the key of user ids in {place} has {len(key)} bytes, at least {LEAST_BYTES} are needed: with a short "
            "one, ids can be found by trying keys. Make one with: openssl rand -hex 32"
        )
    return key


def fingerprint(key: bytes) -> str:
    """Twelve hex digits that differ between keys and do not reveal the key (HMAC of a constant)."""
    return hmac.new(key, b"nightshelf user key", hashlib.sha256).hexdigest()[:12]


def normal_id(raw: str) -> str:
    """The normal form of an id: no blanks around it, `17850.0` as `17850`."""
    return re.sub(r"^(\d+)\.0+$", r"\1", raw.strip())


def pseudonym(key: bytes, raw: str) -> str:
    """HMAC-SHA-256 of the normal form of `raw`, as 32 hex digits (RFC 2104, truncated to 128 bits)."""
    return hmac.new(key, normal_id(raw).encode(), hashlib.sha256).hexdigest()[:LENGTH]


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer pad of HMAC-SHA-256, so that SQL with a SHA-256 function can compute `pseudonym`."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
