"""The key that turns user ids into pseudonyms, and the pseudonym itself."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
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

    Raises SettingsError where there is none, it cannot be read or is too short, or other users may read it.
    """
    environ = os.environ if environ is None else environ
    if VARIABLE in environ:
        return _long_enough(environ[VARIABLE], VARIABLE)
    file = key_file(home)
    return _long_enough(_text_of(file), str(file))


def _text_of(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        if stat.S_ISREG(mode) and mode & 0o077:
            raise SettingsError(f"{file} can be read by others; correct it with: chmod 600 {file}")
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        raise SettingsError(
            f"no key for user ids: set {VARIABLE}, or put one at {file} (nightshelf init makes it)."
        ) from missing
    except (OSError, UnicodeDecodeError) as failure:
        why = failure.strerror if isinstance(failure, OSError) else "it is not UTF-8 text"
        raise SettingsError(
            f"the key of user ids {file} cannot be read: {why}. It must be a text file of {LEAST_BYTES} bytes or more "
            f"that belongs to the account that runs the night; or set {VARIABLE}."
        ) from failure


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
