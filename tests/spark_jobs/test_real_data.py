"""Counts of public data that anybody can check: a changed rule shows."""

from __future__ import annotations

import tarfile
from datetime import date
from pathlib import Path

import pytest

from pipelines.contracts.products import PRODUCTS
from pipelines.night.day_versions import files_of_table
from pipelines.state_files import read_state
from spark_jobs.build_features import build_features
from spark_jobs.clean import clean
from spark_jobs.engine import read

EXAMPLES = Path(__file__).parents[2] / "examples"


def account(night):
    return read_state(night.work / "account.json")


@pytest.mark.realdata
def test_a_week_of_online_retail(spark, shop, data, tmp_path):
    with tarfile.open(next((data / "online_retail").glob("*.tar.gz"))) as packed:
        for member in (m for m in packed.getmembers() if m.isfile() and "2010-12-0" in m.name):
            (tmp_path / member.name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / member.name).write_bytes(packed.extractfile(member).read())
    night = shop((EXAMPLES / "online_retail.toml").read_text(), date(2010, 12, 7))
    clean(spark, night)
    build_features(spark, night)
    events = account(night)["events"]
    lines = sum(
        1 for f in night.files["events"] for line in Path(f.path).read_text().splitlines() if line.strip()
    ) - len(night.files["events"])
    assert events["rows_in"] == lines
    assert events["rows_clean"] + events["rows_quarantined"] + events["rows_duplicate"] == lines
    assert set(events["quarantined_by_reason"]) == {"absurd_quantity", "not_a_product", "unknown_product"}
    postage = read(spark, PRODUCTS, files_of_table(night, PRODUCTS)).where("product_id in ('POST', 'M', 'D')")
    assert postage.count() == 0


@pytest.mark.realdata
def test_gift_cards(spark, shop, data):
    night = shop((EXAMPLES / "gift_cards.toml").read_text(), date(2018, 12, 31), data / "reviews18")
    clean(spark, night)
    found = account(night)
    assert (found["events"]["rows_in"], found["reviews"]["rows_in"], found["products"]["rows_in"]) == (2972, 2972, 1547)
    assert found["products"]["quarantined_by_reason"] == {"bad_number": 4}  # markup where a price should be
