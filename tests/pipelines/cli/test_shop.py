"""Creating a home: its settings, who may read it, and what is refused before anything is written."""

import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pipelines.cli.shop import init
from pipelines.errors import SettingsError
from pipelines.night.new_home import settings_from_template

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.toml")), ids=lambda p: p.stem)
def test_an_example_takes_a_folder_or_an_address(example, tmp_path):
    for source, place in ((str(tmp_path), str(tmp_path)), ("s3://shop/logs/", "s3://shop/logs")):
        events = tomllib.loads(settings_from_template(example, source))["sources"]["events"]
        assert events["path"].startswith(f"{place}/")


def test_an_example_needs_a_source_that_is_there(tmp_path):
    example = EXAMPLES / "gift_cards.toml"
    with pytest.raises(SettingsError, match="needs --source"):
        settings_from_template(example, None)
    with pytest.raises(SettingsError, match="no such folder"):
        settings_from_template(example, str(tmp_path / "nowhere"))


def test_a_home_is_not_made_twice(tmp_path):
    (tmp_path / "nightshelf.toml").write_text("")
    with pytest.raises(SettingsError, match="exists already"):
        init(tmp_path, None, None)


def test_a_new_home_is_its_owners_alone(tmp_path):
    words = ["init", str(tmp_path / "shop"), "--from", str(EXAMPLES / "gift_cards.toml"), "--source", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pipelines.cli.main", *words], check=True, umask=0o022)
    made = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.rglob("*")}
    assert made == {"shop": "0o700", "nightshelf.toml": "0o600", ".shop.user-key": "0o600"}
