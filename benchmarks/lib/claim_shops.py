"""Product sets of four real shops: bought in one basket, reviewed by one person, or put together by people."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations, islice
from pathlib import Path
from typing import Any

SHOPS = ("online_retail", "gift_cards", "electronic", "clothing")
LARGEST = 20  # products of a basket; larger ones are wholesale
CLOSE = 200  # pairs that make triples
Row = dict[str, Any]


def product_sets(shop: str, data: Path) -> list[tuple[Row, ...]]:
    """Sets of two or three rows in the form of table `products`, most frequent first."""
    if shop == "online_retail":
        return online_retail(data / "online_retail")
    if shop == "gift_cards":
        return gift_cards(data / "reviews18")
    return put_together(data / "bundles" / shop)


def online_retail(folder: Path) -> list[tuple[Row, ...]]:
    """Pairs and triples that most invoices hold."""
    titles, baskets = defaultdict(Counter), defaultdict(set)
    for line in _lines(folder):
        if line["InvoiceNo"][:1] != "C" and line["StockCode"][:1].isdigit() and line["Description"]:
            titles[line["StockCode"]][line["Description"].strip()] += 1
            baskets[line["InvoiceNo"]].add(line["StockCode"])
    rows = {code: _row(code, min(names, key=lambda n: (-names[n], n))) for code, names in titles.items()}
    return _often(baskets.values(), rows)


def gift_cards(folder: Path) -> list[tuple[Row, ...]]:
    """Pairs and triples of gift cards that the same people reviewed."""
    cards = {card["asin"]: card for card in _json_lines(next(folder.glob("meta_Gift_Cards.json*")))}
    baskets = defaultdict(set)
    for review in _json_lines(next(folder.glob("Gift_Cards_5.json*"))):
        baskets[review["reviewerID"]].add(review["asin"])
    rows = {a: _row(a, c["title"], c.get("brand"), c.get("category") or []) for a, c in cards.items() if c.get("title")}
    return _often(baskets.values(), rows)


def put_together(folder: Path) -> list[tuple[Row, ...]]:
    """Bundles of two or three products with titles, in the order of their numbers, each but once."""
    titles, paths, members = {}, {}, defaultdict(list)
    for item, title in _csv(folder / "item_titles.csv"):
        titles[item] = title
    for item, path in _csv(folder / "item_categories.csv"):
        paths[item] = path.strip("[]").split("],[")[0].split(",")
    for bundle, item in _csv(folder / "bundle_item.csv"):
        members[int(bundle)].append(item)
    once: dict[frozenset[str], list[str]] = {}
    for _, items in sorted(members.items()):
        if len(items) in (2, 3) and titles.keys() >= set(items):
            once.setdefault(frozenset(items), items)
    return [tuple(_row(i, titles[i], None, paths.get(i, [])) for i in items) for items in once.values()]


def _often(baskets: Iterable[set[str]], rows: dict[str, Row]) -> list[tuple[Row, ...]]:
    """Pairs by how many baskets hold them; every fifth set is a triple whose pairs are among the best of them."""
    held = [sorted(basket & rows.keys()) for basket in baskets if 2 <= len(basket) <= LARGEST]
    pairs = Counter(pair for basket in held for pair in combinations(basket, 2))
    best = sorted(pairs, key=lambda p: (-pairs[p], p))[:1000]
    close = set(best[:CLOSE])
    members = sorted({p for pair in close for p in pair})
    triples = [t for a, b in sorted(close) for t in ((a, b, c) for c in members) if {(a, t[2]), (b, t[2])} <= close]
    often = iter(triples)
    mixed = [s for n, pair in enumerate(best) for s in (pair, *islice(often, 1 if n % 4 == 0 else 0))]
    return [tuple(rows[p] for p in products) for products in mixed]


def _row(code: str, title: str, brand: str | None = None, path: Iterable[str] = ()) -> Row:
    said = {"product_id": code, "title": html.unescape(title), "brand": html.unescape(brand or "") or None}
    return said | {"categories": [html.unescape(p.strip()) for p in path if p]}


def _csv(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return [(row[0], row[1]) for row in list(csv.reader(stream))[1:]]


def _json_lines(file: Path) -> Iterable[Row]:
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8")
    return map(json.loads, filter(None, text.split("\n")))


def _lines(folder: Path) -> Iterable[dict[str, str]]:
    """The lines of all days, whether they lie open or in one archive."""
    for file in sorted(folder.glob("**/*.csv")):
        yield from csv.DictReader(io.StringIO(file.read_bytes().decode("latin-1")))
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as opened:
            for member in sorted((m for m in opened if m.name.endswith(".csv")), key=lambda m: m.name):
                if (stream := opened.extractfile(member)) is not None:
                    yield from csv.DictReader(io.StringIO(stream.read().decode("latin-1")))
