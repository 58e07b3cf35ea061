"""The ledger of source files: what a removed night was the first to find is dated anew."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.settings.sources import Source
from pipelines.sources.ledger import (
    STATES,
    forget_arrivals,
    load_ledger,
    make_ledger,
    read_ledger,
    save_ledger,
    scan_sources,
)
from pipelines.state_files import DamagedState
from tests.given import cut, flip

FIRST, WRONG, NEXT = date(2025, 3, 31), date(2026, 11, 29), date(2025, 4, 1)


def scan(home, source, day):
    known = scan_sources(home, "products", source, day, load_ledger(home).get("products", {}))
    save_ledger(home, {"products": known}, f"run of {day}")
    return {path: file.delivered for path, file in known.items()}


def test_a_file_found_by_a_night_of_a_wrong_date_is_dated_by_the_next_night(tmp_path):
    source = Source(path="sources", file_date=r"(\d{4}-\d{2}-\d{2})")
    (tmp_path / "sources").mkdir()
    arrivals = (("first.csv", FIRST), ("new.csv", WRONG), ("read elsewhere.csv", WRONG), ("2026-11-29.csv", WRONG))
    for name, day in arrivals:
        (tmp_path / "sources" / name).write_text(f"product_id,title\n1,{name}\n")
        dates = scan(tmp_path, source, day)
    read = load_ledger(tmp_path)["products"]["sources/read elsewhere.csv"]
    forget_arrivals(tmp_path, [("products", source)], WRONG, {(read.name, read.sha256)})
    after = scan(tmp_path, source, NEXT)
    assert dates["sources/new.csv"] == WRONG
    assert after == dates | {"sources/new.csv": NEXT}


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["removed", "cut", "one bit changed"])
@pytest.mark.parametrize("name", STATES)
def test_a_damaged_file_of_the_ledger_is_not_read_and_not_made_again(tmp_path, name, harm):
    make_ledger(tmp_path)
    assert read_ledger(tmp_path, name) == {}
    harm(tmp_path / "ledger" / name)
    make_ledger(tmp_path)
    with pytest.raises(DamagedState, match=rf"{name} is (missing|damaged: .+)\. Put back a copy of it from a backup\."):
        read_ledger(tmp_path, name)


def test_the_ledger_of_an_earlier_version_gets_the_files_that_it_lacks(tmp_path):
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "generation.json").write_text('{"in_force": 1, "last": 2}')
    make_ledger(tmp_path)
    assert read_ledger(tmp_path, "generation.json") == {"in_force": 1, "last": 2}
    assert load_ledger(tmp_path) == {}
