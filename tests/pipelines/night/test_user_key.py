"""Keys and pseudonyms: the key lies beside the home and is nobody else's; ids are told apart by what they mean."""

import hashlib
import hmac
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from pipelines.errors import SettingsError
from pipelines.night.user_key import fingerprint, key_file, load_user_key, make_user_key, normal_id, pads, pseudonym

ROOT = Path(__file__).parents[3]


def test_the_key_lies_beside_the_home_and_only_its_owner_reads_it(tmp_path):
    home = tmp_path / "shop"
    home.mkdir()
    file = make_user_key(home)
    assert file.parent == tmp_path
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert make_user_key(home).read_text() == file.read_text()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("home", ["shop", "beauty", "examples/shop", "deep/er/of-mine"])
def test_git_ignores_the_key_of_a_shop_made_anywhere_in_a_checkout(tmp_path, home):
    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    git("init", "--quiet")
    shutil.copy(ROOT / ".gitignore", tmp_path)
    (tmp_path / home).parent.mkdir(parents=True, exist_ok=True)
    assert make_user_key(tmp_path / home).is_file()
    assert git("status", "--porcelain", "--untracked-files=all").split() == ["??", ".gitignore"]


def test_the_environment_wins(tmp_path):
    key = "0123456789abcdef" * 2
    assert load_user_key(tmp_path, {"NIGHTSHELF_USER_KEY": f" {key}\n"}) == key.encode()


@pytest.mark.parametrize("key", ["", " ", "x", "0123456789abcdef0123456789abcde"])
def test_a_short_key_is_refused_wherever_it_is(tmp_path, key):
    wanted = rf"has {len(key.strip())} bytes, at least 32 are needed.*openssl rand -hex 32"
    with pytest.raises(SettingsError, match=rf"NIGHTSHELF_USER_KEY {wanted}"):
        load_user_key(tmp_path, {"NIGHTSHELF_USER_KEY": key})
    file = key_file(tmp_path / "shop")
    file.write_text(key)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match=rf"\.shop\.user-key {wanted}"):
        load_user_key(tmp_path / "shop", {})


def test_no_key_and_an_open_key_are_refused_with_the_fix(tmp_path):
    home = tmp_path / "shop"
    with pytest.raises(SettingsError, match="NIGHTSHELF_USER_KEY"):
        load_user_key(home, {})
    key_file(home).write_text("abc")
    key_file(home).chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_user_key(home, {})


def test_what_cannot_be_read_as_a_key_is_refused_in_one_sentence(tmp_path):
    home = tmp_path / "shop"
    file = key_file(home)
    file.mkdir()
    with pytest.raises(SettingsError, match=r"\.shop\.user-key cannot be read: Is a directory\. It must be a text"):
        load_user_key(home, {})
    file.rmdir()
    file.write_bytes(bytes(range(128, 192)))
    file.chmod(0o600)
    with pytest.raises(SettingsError, match=r"\.shop\.user-key cannot be read: it is not UTF-8 text\. It must be"):
        load_user_key(home, {})


def test_a_key_of_another_account_is_refused_in_one_sentence(tmp_path):
    file = make_user_key(tmp_path / "shop")
    file.chmod(0)
    account = os.geteuid()
    if account == 0:  # root may read everything
        os.seteuid(65534)
    try:
        with pytest.raises(SettingsError, match=r"\.shop\.user-key cannot be read: Permission denied\. It must be"):
            load_user_key(tmp_path / "shop", {})
    finally:
        os.seteuid(account)


@pytest.mark.parametrize(
    ("raw", "normal"), [("17850.0", "17850"), (" u1 ", "u1"), ("u.0", "u.0"), ("1.50", "1.50"), ("12", "12")]
)
def test_an_id_is_what_the_shop_means(raw, normal):
    assert normal_id(raw) == normal


@pytest.mark.parametrize("key", [b"k", b"x" * 64, b"long" * 40])
def test_pads_give_the_hmac_of_the_standard_library(key):
    inner, outer = pads(key)
    by_hand = hashlib.sha256(outer + hashlib.sha256(inner + b"user").digest()).hexdigest()[:32]
    assert by_hand == pseudonym(key, "user") == hmac.new(key, b"user", hashlib.sha256).hexdigest()[:32]


def test_the_fingerprint_tells_keys_apart_and_is_not_the_key():
    assert fingerprint(b"a") != fingerprint(b"b")
    assert len(fingerprint(b"a")) == 12
