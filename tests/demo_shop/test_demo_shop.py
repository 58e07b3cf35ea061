"""The demo shop: the same bytes for the same seed, a truth for each line, and dirt of every kind."""

import csv
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from demo_shop.write import write_demo_shop

SMALL = {"days": 8, "users": 60, "products": 40}
BERLIN = ZoneInfo("Europe/Berlin")
REASONS = {
    "events": {
        "unreadable",
        "missing_product",
        "bad_id",
        "bad_time",
        "impossible_time",
        "too_late",
        "unknown_event_type",
        "bad_number",
        "absurd_quantity",
        "absurd_price",
        "test_account",
        "unknown_product",
        "bot_rate",
        "bot_rhythm",
        "bot_breadth",
        "near_duplicate",
    },
    "reviews": {
        "unreadable",
        "missing_product",
        "bad_id",
        "bad_time",
        "impossible_time",
        "too_late",
        "bad_rating",
        "empty_text",
        "unknown_product",
        "written_twice",
        "copied_text",
    },
    "products": {"missing_product", "bad_id", "missing_title", "duplicate_code", "bad_number"},
}


FLAGS = {"boilerplate", "burst", "empty", "garbled", "one_word", "rating_against_text", "repeated"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A dirty shop of the usual size."""
    folder = tmp_path_factory.mktemp("shop")
    write_demo_shop(folder)
    return folder


@pytest.fixture(scope="module")
def clean_shop(tmp_path_factory):
    """The same shop without dirt."""
    folder = tmp_path_factory.mktemp("clean")
    write_demo_shop(folder, clean=True)
    return folder


@pytest.fixture(scope="module")
def truth(shop):
    """The verdicts of the dirty shop, with the text of each line."""
    return rows_with_text(shop)


def lines_of(path: Path) -> list[str]:
    """The lines of a source file, without line ends."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return content.decode().split("\n")[:-1]


def rows_with_text(folder: Path) -> pd.DataFrame:
    """`truth/rows.parquet` with a column `text`: the line that each row speaks of."""
    rows = pd.read_parquet(folder / "truth" / "rows.parquet")
    texts = {file: lines_of(folder / file) for file in rows["file"].unique()}
    return rows.assign(text=[texts[file][line] for file, line in zip(rows["file"], rows["line"], strict=True)])


def digests(folder: Path) -> dict[str, str]:
    """A digest for each file, by its path within the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def clean_records(truth: pd.DataFrame, source: str) -> list[dict]:
    """The clean rows of a JSON lines source, parsed."""
    chosen = truth[(truth["source"] == source) & (truth["verdict"] == "clean")]
    return [json.loads(text) for text in chosen["text"]]


def meaning(record: dict) -> tuple:
    """What an event says, however oddly it is written; the price left out, since a shop may forget it."""
    at = datetime.fromisoformat(record["ts"].replace("Z", "+00:00")).timestamp()
    quantity = None if record.get("quantity") is None else int(record["quantity"])
    who_what = (record.get("user_id"), record["product_id"].strip(), record["event_type"])
    return at, *who_what, quantity, record.get("order_id")


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_demo_shop(tmp_path / name, seed=seed, **SMALL)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    changed = {file for file, digest in digests(tmp_path / "a").items() if digests(tmp_path / "c").get(file) != digest}
    assert changed == set(digests(tmp_path / "a"))


def test_one_verdict_for_every_line(shop, truth):
    for file, rows in truth.groupby("file"):
        first = 1 if file == "products.csv" else 0
        assert sorted(rows["line"]) == list(range(first, len(lines_of(shop / file))))
    on_disk = {str(p.relative_to(shop)) for p in shop.rglob("*") if p.is_file() and "truth" not in p.parts}
    assert on_disk == set(truth["file"])


def test_account_adds_up(shop, truth):
    account = json.loads((shop / "truth" / "shop.json").read_text())["account"]
    for source, sums in account.items():
        assert sums["rows"] == sums["clean"] + sums["duplicate"] + sums["quarantined"] + sums["future"]
        assert sums["quarantined"] == sum(sums["quarantined_by_reason"].values())
        assert sums["rows"] == (truth["source"] == source).sum()


def test_every_reason_at_least_ten_times(shop):
    account = json.loads((shop / "truth" / "shop.json").read_text())["account"]
    for source, reasons in REASONS.items():
        assert set(account[source]["quarantined_by_reason"]) == reasons
        assert min(account[source]["quarantined_by_reason"].values()) >= 10
        assert account[source]["duplicate"] >= 10


def test_every_flag_at_least_ten_times_and_on_kept_reviews_only(truth):
    flags = Counter(flag for found in truth["flags"] for flag in found)
    assert set(flags) == FLAGS
    assert min(flags.values()) >= 10
    assert {(row.source, row.verdict) for row in truth.itertuples() if len(row.flags)} == {("reviews", "clean")}


def test_nobody_copies_a_long_review_by_chance(clean_shop):
    texts = [r["text"] for r in clean_records(rows_with_text(clean_shop), "reviews")]
    repeated = [text for text, times in Counter(texts).items() if times > 1]
    assert max((len(text.split()) for text in repeated), default=0) < 10


def test_a_clean_shop_has_only_clean_rows(clean_shop):
    assert set(pd.read_parquet(clean_shop / "truth" / "rows.parquet")["verdict"]) == {"clean"}


def test_clean_rows_of_the_dirty_shop_are_the_clean_shop(truth, clean_shop):
    robots = [r for r in clean_records(truth, "events") if (r.get("user_id") or "").startswith("u9")]
    dirty = Counter(meaning(r) for r in clean_records(truth, "events") if r not in robots)
    assert len(robots) == 4
    assert dirty == Counter(meaning(r) for r in clean_records(rows_with_text(clean_shop), "events"))


def test_a_duplicate_repeats_an_earlier_clean_line(truth):
    for source in ("events", "reviews", "products"):
        seen = {}
        for row in truth[truth["source"] == source].sort_values(["file", "line"], kind="stable").itertuples():
            if row.verdict == "duplicate":
                assert seen[row.text] == "clean"
            elif row.reason != "unreadable":
                assert row.text not in seen
            seen.setdefault(row.text, row.verdict)


def test_rows_lie_in_the_file_of_their_local_day_or_up_to_three_later(truth):
    clean = truth[(truth["source"] == "events") & (truth["verdict"] == "clean")]
    late = Counter()
    for file, text in zip(clean["file"], clean["text"], strict=True):
        ts = datetime.fromisoformat(json.loads(text)["ts"].replace("Z", "+00:00"))
        late[(date.fromisoformat(file[-19:-9]) - ts.astimezone(BERLIN).date()).days] += 1
    assert set(late) == {-1, 0, 1, 2, 3}
    assert late[0] > 0.98 * sum(late.values())


def test_summer_time_begins_on_the_30th(clean_shop):
    hours = {
        json.loads(text)["ts"][11:13] + json.loads(text)["ts"][-6:]
        for text in lines_of(clean_shop / "events" / "events-2025-03-30.jsonl.gz")
    }
    assert not {hour for hour in hours if hour.startswith("02")}
    assert {hour[2:] for hour in hours if hour[:2] > "02"} == {"+02:00"}


def test_a_basket_is_one_order_of_one_session_at_one_time(clean_shop):
    orders = defaultdict(list)
    for record in clean_records(rows_with_text(clean_shop), "events"):
        if record["event_type"] == "purchase":
            orders[record["order_id"]].append(record)
    assert sum(len(order) > 1 for order in orders.values()) > 100
    for order in orders.values():
        assert len({(r["session_id"], r["ts"], r.get("user_id")) for r in order}) == 1
        assert len({r["product_id"] for r in order}) == len(order)


def test_robots_are_busier_than_people_or_else_regular_or_broad(truth):
    busy = Counter()
    for row in truth[(truth["source"] == "events") & truth["user_id"].notna()].itertuples():
        busy[(row.user_id, row.file, str(row.reason) if str(row.reason).startswith("bot") else "person")] += 1
    assert min(n for (_, _, kind), n in busy.items() if kind == "bot_rate") > 500
    assert max(n for (_, _, kind), n in busy.items() if kind == "person") < 150
    assert {kind for _, _, kind in busy} == {"person", "bot_rate", "bot_rhythm", "bot_breadth"}


def test_catalogue_reads_as_csv_and_refused_codes_are_not_sold(shop, truth):
    rows = list(csv.DictReader((shop / "products.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == (truth["source"] == "products").sum()
    assert all(json.loads(row["attributes"])["material"] for row in rows)
    sold = set(truth[(truth["source"] == "products") & (truth["verdict"] == "clean")]["product_id"])
    named = truth[(truth["source"] != "products") & (truth["verdict"] == "clean")]["product_id"]
    assert set(named) <= sold


def test_personal_data_stands_in_reviews_that_are_kept(shop, truth):
    private = json.loads((shop / "truth" / "personal_data.json").read_text())
    texts = "\n".join(record["text"] or "" for record in clean_records(truth, "reviews"))
    for kind in ("emails", "phones", "cards", "urls"):
        assert len(private[kind]) >= 5
        assert all(value in texts for value in private[kind])
    assert {r["reviewer_name"] for r in clean_records(truth, "reviews")} <= set(private["reviewer_names"])


def test_shuffled_texts_move_titles_and_leave_the_rest(tmp_path):
    for name, shuffle in (("own", False), ("shuffled", True)):
        write_demo_shop(tmp_path / name, clean=True, shuffle_texts=shuffle, **SMALL)
    own, shuffled = (pd.read_csv(tmp_path / name / "products.csv") for name in ("own", "shuffled"))
    texts = ["title", "description"]
    assert sorted(own["title"]) == sorted(shuffled["title"])
    assert list(own["title"]) != list(shuffled["title"])
    pd.testing.assert_frame_equal(own.drop(columns=texts), shuffled.drop(columns=texts))
    events = "events/events-2025-03-31.jsonl.gz"
    assert (tmp_path / "own" / events).read_bytes() == (tmp_path / "shuffled" / events).read_bytes()


def test_a_shop_too_small_says_what_is_allowed(tmp_path):
    with pytest.raises(ValueError, match="products is 3, but must be at least 28"):
        write_demo_shop(tmp_path, products=3)
