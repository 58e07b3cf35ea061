"""Next-item data as a night sees it: everything but each user's last two choices lies on one day, those on two more.

A folder holds `sequences.txt` (a line a user: user, then items, oldest first) and `items.jsonl` (`item_id`, and of
title, categories, brand, description what there is). With days in place of places, leave-one-out is a split by time:
the models of the night fit on day FIT, choose on day VALIDATION and are judged on day TEST, through the night's own
code.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.scoring.log import Log
from pipelines.settings import Settings
from pipelines.tables import PRODUCTS
from training.inputs import Inputs, brand_numbers
from training.texts import product_texts, product_words

FIT, VALIDATION, TEST = 0, 1, 2
MICROSECONDS_A_DAY = 86_400 * 10**6  # between two choices, whose times nobody tells; the last ones are of one day
LEAST = 3  # choices of a user: one to learn from, one to choose by, one to judge by


@dataclass(frozen=True)
class Sequences:
    """`items` (one int32 array a user, oldest first) are rows of `catalogue`, which is in the order of product ids."""

    users: np.ndarray
    items: Sequence[np.ndarray]
    catalogue: pa.Table


def read_sequences(data: Path, seed: int) -> Sequences:
    """The users with at least three different choices, and the catalogue under new ids in a random order.

    An id must tell nothing: published ones follow first appearance. Raises SystemExit where a line names an item that
    the catalogue does not have.
    """
    rows = [json.loads(line) for line in (data / "items.jsonl").read_text().splitlines() if line.strip()]
    order = np.random.default_rng(seed).permutation(len(rows))
    place = {str(rows[old]["item_id"]): new for new, old in enumerate(order)}
    users, items = [], []
    for number, line in enumerate((data / "sequences.txt").read_text().splitlines(), start=1):
        user, *chosen = line.split()
        if unknown := next((c for c in chosen if c not in place), None):
            raise SystemExit(f"sequences.txt, line {number}: items.jsonl has no item {unknown}")
        last = dict.fromkeys(reversed(chosen))  # of an item that was chosen again the last time counts
        if len(last) >= LEAST:
            users.append(user)
            items.append(np.array([place[c] for c in reversed(last)], np.int32))
    return Sequences(np.array(users), items, _catalogue([rows[old] for old in order]))


def inputs_of(data: Sequences, settings: Settings) -> Inputs:
    """What training reads, with FIT, VALIDATION and TEST as days."""
    lengths = np.array([len(chosen) for chosen in data.items])
    starts = np.cumsum(lengths) - lengths
    user = np.repeat(np.argsort(np.argsort(data.users)), lengths)
    place = np.arange(len(user)) - np.repeat(starts, lengths)
    from_the_end = np.repeat(lengths, lengths) - 1 - place
    day = np.select([from_the_end == 0, from_the_end == 1], [TEST, VALIDATION], FIT)
    everywhere = np.ones(len(user), bool)
    log = Log(
        users=np.sort(data.users),
        products=np.array(data.catalogue["product_id"].to_pylist(), dtype=str),
        user=user,
        product=np.concatenate(data.items).astype(np.int64),
        day=day.astype(np.int64),
        weight=np.ones(len(user)),
        last_ts=(lengths.max() - from_the_end) * MICROSECONDS_A_DAY,
        target=everywhere,
        hides=everywhere,
        undone=np.full(len(user), np.iinfo(np.int64).max),
    )
    order = np.lexsort((log.last_ts, log.user))
    return Inputs(
        settings=settings,
        log=log.rows(order),
        texts=product_texts(data.catalogue),
        words=product_words(data.catalogue),
        text_hashes=data.catalogue["text_hash"].to_pylist(),
        showable=np.ones(len(log.products), bool),
        brands=brand_numbers(data.catalogue),
    )


def drawn(data: Sequences, seed: int, share: float) -> np.ndarray:
    """bool (n,): a random `share` of the items."""
    count = data.catalogue.num_rows
    return np.isin(np.arange(count), np.random.default_rng([seed, 1]).permutation(count)[: round(share * count)])


def without(inputs: Inputs, cold: np.ndarray) -> Inputs:
    """`inputs` in which nobody chose a `cold` item on day FIT."""
    log = inputs.log
    return replace(inputs, log=log.rows(~(cold[log.product] & (log.day == FIT))))


def _catalogue(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    width = len(str(len(rows)))
    products = [_product(f"p{number:0{width}d}", row) for number, row in enumerate(rows)]
    return pa.Table.from_pylist(products, schema=pa.schema([f.remove_metadata() for f in PRODUCTS.schema()]))


def _product(product_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    told = row.get("categories") or []
    paths = [told] if isinstance(told, str) else told
    path = max((p for p in paths if isinstance(p, list)), key=len, default=paths)  # paths, or names side by side
    categories = [html.unescape(str(name)) for name in path]
    title, description = (html.unescape(str(row.get(name) or "")) for name in ("title", "description"))
    brand = html.unescape(str(row.get("brand") or ""))
    text = json.dumps([title, brand, categories, description])
    return {
        "product_id": product_id,
        "title": title,
        "description": description,
        "categories": categories,
        "brand": brand or None,
        "price": None,
        "attributes": None,
        "available": True,
        "text_hash": hashlib.sha256(text.encode()).hexdigest(),
        "aliases": [],
    }
