"""A small shop and its first two nights, run once for all tests of a process, as a user would: by the command line."""

import json
import os
import re
import stat
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from demo_shop.settings import SMALL_DATA
from demo_shop.write import write_demo_shop
from pipelines.night.user_key import make_user_key
from pipelines.settings.load import check_settings
from pipelines.settings.render import render_toml

FIRST, LAST = date(2025, 3, 27), date(2025, 3, 31)  # run dates of the two nights
READERS = "daemon" if os.getuid() == 0 else ""  # group that reads releases; only root can give files to any group
SMALL = {
    "shop": {"name": "small", "time_zone": "Europe/Berlin"},
    "sources": {
        "events": {"path": "sources/events/*.jsonl.gz"},
        "reviews": {"path": "sources/reviews/*.jsonl"},
        "products": {"path": "sources/products.csv"},
    },
    "training": {
        "precision": "float32",
        "max_steps": 6,
        "evaluate_every": 3,
        "batch_pairs": 16,
        "max_tokens": 24,
    },
    "guards": {"least_users": 10},  # 12 bought something on the test days of the first night
    "relations": {"least_pairs": 1},
    "ranking": {"k": 5},
    "bundles": {"most_published": 20},
    "newcomers": {"sessions": 20, "interests": ["something for the garden"]},
    "texts": {"generator": "none"},
    "checks": {"most_quarantined": 0.7},  # a handful of robots outnumbers so few people
    "spark": SMALL_DATA | {"driver_memory": "1g"},
}
# Cleaning reviews takes longer than cleaning events.
WITHOUT_REVIEWS = SMALL | {"sources": {name: SMALL["sources"][name] for name in ("events", "products")}}


@dataclass(frozen=True)
class Shop:
    """A home, and the command line on it."""

    home: Path

    def call(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "pipelines.cli.main", words[0], str(self.home), *words[1:]]
        return subprocess.run(argv, capture_output=True, text=True, env=os.environ | environ)

    def models(self, word: str, *words: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "pipelines.cli.main", "models", word, str(self.home), *words]
        return subprocess.run(argv, capture_output=True, text=True)

    def run(self, day: date = LAST, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return self.call("run", "--date", str(day), *words, **environ)

    def manifest(self, release: str = "") -> dict:
        folder = self.home / "releases" / release if release else self.home / "current"
        return json.loads((folder / "manifest.json").read_text())

    def hashes(self, release: str = "") -> dict[str, str]:
        return {name: t["content_hash"] for name, t in self.manifest(release)["tables"].items()}

    def too_open(self) -> dict[str, str]:
        """Modes of the files and folders of the home that others than its owner, and than the readers of releases, may
        read or write."""
        found = {}
        for path in (self.home, *self.home.rglob("*")):
            inside = path.relative_to(self.home).parts
            allowed = 0o010 if not inside else 0o050 if READERS and inside[0] == "releases" else 0
            if not path.is_symlink() and path.stat().st_mode & 0o077 & ~allowed:
                found["/".join(inside)] = oct(stat.S_IMODE(path.stat().st_mode))
        return found

    def change(self, old: str, new: str) -> None:
        """Change the settings file; `old` is a regular expression that must be there."""
        file = self.home / "nightshelf.toml"
        text, n = re.subn(old, new, file.read_text(), count=1)
        assert n == 1, old
        file.write_text(text)


def make_shop(home: Path, **changes: dict) -> Shop:
    return make_demo_shop(home, SMALL | changes, days=14, users=220, products=120)


def make_tiny_shop(home: Path) -> Shop:
    """A shop of few customers, without reviews and without defects, for nights that make no release."""
    return make_demo_shop(home, WITHOUT_REVIEWS, days=6, users=40, products=28, clean=True)


def make_demo_shop(home: Path, settings: dict, **delivered: int) -> Shop:
    """The home of a demo shop with these settings and, in place of the usual ones, numbers of days, users, products."""
    before = os.umask(0o077)  # as `nightshelf init` has it
    write_demo_shop(home / "sources", seed=7, last_day=LAST, **delivered)
    (home / "nightshelf.toml").write_text(render_toml(check_settings(settings)))
    make_user_key(home)
    os.umask(before)
    return Shop(home)


@pytest.fixture(scope="session")
def shop(tmp_path_factory) -> Shop:
    """The small shop with two published nights; the first came before the later files."""
    made = make_shop(tmp_path_factory.mktemp("shop") / "home", texts={"tokens": 1_000}, releases={"group": READERS})
    undelivered = tmp_path_factory.mktemp("undelivered")
    later = [f for f in (made.home / "sources").rglob("*-2025-03-*") if _day_of(f) > FIRST]
    assert later
    for file in later:
        file.rename(undelivered / file.name)
    nights = [made.run(FIRST)]
    for file in later:
        (undelivered / file.name).rename(file)
    nights.append(made.run(LAST))
    for done in nights:
        assert done.returncode == 0, done.stdout + done.stderr
    return made


def _day_of(file: Path) -> date:
    return date.fromisoformat(file.name.split(".")[0].split("-", 1)[1])
