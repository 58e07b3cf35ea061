"""The ledger of source files: what a removed night was the first to find is dated anew."""

from datetime import date

from pipelines.settings.sources import Source
from pipelines.sources.ledger import forget_arrivals, load_ledger, save_ledger, scan_sources

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
