"""A demo shop on disk: what it delivers day by day, and the truth about it."""

import csv
import gzip
import io
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from demo_shop.behaviour import ShopRun, live
from demo_shop.calendar import epoch_ms
from demo_shop.catalogue import make_catalogue, with_other_texts
from demo_shop.choice import ChoiceModel
from demo_shop.customers import make_customers
from demo_shop.event_dirt import soil_events
from demo_shop.lines import SourceLine, event_lines, product_lines, review_lines
from demo_shop.product_dirt import soil_products
from demo_shop.review_dirt import soil_reviews
from demo_shop.reviews import write_reviews
from demo_shop.truth import Placed, write_truth

COLUMNS = ("product_id", "title", "description", "categories", "brand", "price", "attributes", "available", "launched")


def write_demo_shop(
    folder: Path,
    *,
    seed: int = 7,
    days: int = 28,
    users: int = 1000,
    products: int = 480,
    last_day: date = date(2025, 3, 31),
    clean: bool = False,
    shuffle_texts: bool = False,
) -> None:
    """Writes events, reviews, the catalogue and `truth/` into `folder`; the same arguments give the same bytes.

    The window is the `days` days up to and with `last_day`. A `clean` shop has no defects; the clean rows of a dirty
    shop are the same rows. With `shuffle_texts` texts are exchanged between products at random, so that they carry no
    information about tastes. Raises ValueError for a shop that is too small.
    """
    for name, value, least in (("days", days, 6), ("users", users, 20), ("products", products, 28)):
        if value < least:
            raise ValueError(f"demo shop: {name} is {value}, but must be at least {least}; ask for a larger shop")
    folder = Path(folder)
    first_day, end = last_day - timedelta(days=days - 1), epoch_ms(last_day + timedelta(days=1), 0)
    rng = [np.random.default_rng([seed, part]) for part in range(8)]
    catalogue = make_catalogue(rng[0], products, first_day, days)
    people = make_customers(rng[1], users, days)
    shop = ShopRun(catalogue, people, ChoiceModel(), rng[2])
    happened = live(shop, first_day, days)
    speaks_of = rng[3].permutation(products) if shuffle_texts else np.arange(products)
    told = write_reviews(rng[4], shop, happened, end, speaks_of)
    events, reviews = event_lines(happened), review_lines(told)
    rows = product_lines(with_other_texts(catalogue, speaks_of).table)
    private: dict[str, list[str]] = {"emails": [], "phones": [], "cards": [], "urls": []}
    if not clean:
        rows, unsold = soil_products(rng[5], rows)
        events = soil_events(rng[6], events, last_day, products, unsold)
        reviews, private = soil_reviews(rng[7], reviews, last_day, unsold)
    private["misplaced"] = [c for line in [*events, *reviews] if "@" in (c := str(line.fields.get("product_id")))]
    private["reviewer_names"] = [review.reviewer_name for review in told]
    placed = _write_days(folder, "events", events, ".jsonl.gz") + _write_days(folder, "reviews", reviews, ".jsonl")
    placed += _write_catalogue(folder, rows)
    parameters = {
        "seed": seed,
        "days": days,
        "users": users,
        "products": products,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat(),
        "time_zone": "Europe/Berlin",
        "clean": clean,
        "shuffle_texts": shuffle_texts,
    }
    write_truth(folder / "truth", placed, catalogue, people, private, parameters)


def _write_days(folder: Path, source: str, lines: list[SourceLine], ending: str) -> list[Placed]:
    """Writes one file a day; returns each line with its file (relative to `folder`) and line number."""
    (folder / source).mkdir(parents=True, exist_ok=True)
    by_day = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.at):
        by_day[line.day].append(line)
    placed = []
    for day in sorted(by_day):
        name = f"{source}/{source}-{day.isoformat()}{ending}"
        content = "".join(f"{line.text()}\n" for line in by_day[day]).encode()
        (folder / name).write_bytes(gzip.compress(content, 6, mtime=0) if ending.endswith(".gz") else content)
        placed += [(name, number, line) for number, line in enumerate(by_day[day])]
    return placed


def _write_catalogue(folder: Path, lines: list[SourceLine]) -> list[Placed]:
    """Writes products.csv; returns each row with its line number; line 0 is the header."""
    ordered = sorted(lines, key=lambda line: line.at)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in ordered:
        fields = {**line.fields, "available": "true" if line.fields["available"] else "false"}
        writer.writerow([fields[name] for name in COLUMNS])
    (folder / "products.csv").write_bytes(text.getvalue().encode())
    return [("products.csv", number, line) for number, line in enumerate(ordered, start=1)]
