"""Wrong input ends in one clear sentence and an exit code, and loses nothing."""

from datetime import date

import pytest

from pipelines.night.releases import current
from tests.integration.conftest import make_shop

pytestmark = pytest.mark.night


@pytest.fixture
def fresh(tmp_path):
    return make_shop(tmp_path / "home")


def refused(shop, code, *words):
    done = shop.run()
    assert done.returncode == code, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3, done.stderr
    assert all(w in done.stderr for w in words), done.stderr
    assert current(shop.home) is None
    assert not (shop.home / "releases").exists()


def test_a_wrong_path(fresh):
    fresh.change(r'path = "sources/events/\*.jsonl.gz"', 'path = "nowhere/*.jsonl"')
    refused(fresh, 4, "[sources.events]", "nowhere/*.jsonl", "Correct the path")


def test_a_missing_column(fresh):
    file = fresh.home / "sources" / "products.csv"
    file.write_text(file.read_text().replace("product_id,title", "product_id,titel", 1))
    refused(fresh, 4, '"title"', "products.csv", 'Did you mean "titel"?')


def test_an_unknown_setting(fresh):
    fresh.change(r"(?m)^\[ranking\]$", "[ranking]\nkay = 3")
    refused(fresh, 2, "[ranking] kay", "Keys of [ranking]")


def test_a_corrupt_gzip(fresh):
    file = next((fresh.home / "sources" / "events").glob("*2025-03-25*"))
    file.write_bytes(file.read_bytes()[:-40])
    refused(fresh, 4, file.name, "not a whole gz file", "Deliver it again")


def test_a_day_before_the_first_file(fresh):
    done = fresh.run(date(2020, 1, 1))
    assert done.returncode == 4
    assert "no file for 2020-01-01" in done.stderr


def test_no_shop_at_all(tmp_path, fresh):
    (fresh.home / "nightshelf.toml").unlink()
    refused(fresh, 2, "nightshelf init")
