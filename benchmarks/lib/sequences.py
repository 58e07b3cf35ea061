"""Next-item data in the form of a night: each user's last two choices on days of their own, all others on one day.

A folder holds `sequences.txt` (a line a user: user, then items, oldest first) and `items.jsonl` (`item_id`, and where
known title, categories, brand, description in any form). With days in place of positions, leave-one-out is a split by
time: the night's own code fits on day FIT, chooses on day VALIDATION and judges on day TEST.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.lib.item_lines import Row, catalogue, lines, read_items
from pipelines.settings.tree import Settings
from recommender.ranking.interaction_log import InteractionLog
from training.encoder.product_texts import product_texts, product_words
from training.ranker.inputs import Inputs
from training.ranker.read_inputs import brand_numbers

FIT, VALIDATION, TEST = 0, 1, 2
MICROSECONDS_A_DAY = 86_400 * 10**6  # between two choices, whose times nobody tells; the last ones are of one day
LEAST = 3  # choices of a user: one to learn from, one to choose by, one to judge by


@dataclass(frozen=True)
class Sequences:
    """`items` (one int32 array a user, oldest first) are rows of `catalogue`, which is sorted by product id.

    `counts` says how many users, items and lines were left out or repaired.
    """

    users: np.ndarray
    items: Sequence[np.ndarray]
    catalogue: pa.Table
    counts: Mapping[str, int]


def read_sequences(data: Path, seed: int) -> Sequences:
    """The users with at least three distinct choices, and the catalogue under new ids in random order.

    Published ids follow first appearance, so new ones are drawn. Of an item that a user chose again the first choice
    counts, so that the last choice is new to the user. A repeated user name is another user; an item that the catalogue
    lacks has no text. Raises SystemExit where no user remains.
    """
    told = list(read_items(data / "items.jsonl"))
    rows: dict[str, Row] = {}
    for item, row in told:
        rows.setdefault(item, row)
    users = (line.split() for _, line in lines(data / "sequences.txt"))
    read = [(user, list(dict.fromkeys(chosen))) for user, *chosen in users]
    kept = [(user, chosen) for user, chosen in read if len(chosen) >= LEAST]
    if not kept:
        most = max((len(chosen) for _, chosen in read), default=0)
        raise SystemExit(
            f"{data / 'sequences.txt'}: each of {len(read)} users chose at most {most} different items; allowed: at "
            f"least {LEAST} for some user, one to learn from, one to choose by, one to judge by"
        )
    added = dict.fromkeys(item for _, chosen in kept for item in chosen if item not in rows)
    ids = [*rows, *added]
    order = np.random.default_rng(seed).permutation(len(ids))
    place = {ids[old]: new for new, old in enumerate(order)}
    return Sequences(
        users=np.array(_apart([user for user, _ in kept])),
        items=[np.array([place[item] for item in chosen], np.int32) for _, chosen in kept],
        catalogue=catalogue([rows.get(ids[old], {}) for old in order]),
        counts={
            "items_added_without_text": len(added),
            "item_lines_of_an_id_before": len(told) - len(rows),
            "user_lines_of_a_name_before": len(kept) - len({user for user, _ in kept}),
            "user_lines_too_short": len(read) - len(kept),
        },
    )


def _apart(users: Sequence[str]) -> list[str]:
    """The names, each repetition numbered; names have no blanks."""
    seen: Counter[str] = Counter()
    found = []
    for user in users:
        seen[user] += 1
        found.append(user if seen[user] == 1 else f"{user} {seen[user]}")
    return found


def inputs_of(data: Sequences, settings: Settings) -> Inputs:
    """The inputs of training, with FIT, VALIDATION and TEST as days."""
    lengths = np.array([len(chosen) for chosen in data.items])
    starts = np.cumsum(lengths) - lengths
    user = np.repeat(np.argsort(np.argsort(data.users)), lengths)
    place = np.arange(len(user)) - np.repeat(starts, lengths)
    from_the_end = np.repeat(lengths, lengths) - 1 - place
    day = np.select([from_the_end == 0, from_the_end == 1], [TEST, VALIDATION], FIT)
    everywhere = np.ones(len(user), bool)
    log = InteractionLog(
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


def without(inputs: Inputs, cold: np.ndarray, until: int = FIT) -> Inputs:
    """`inputs` in which nobody chose a `cold` item up to and with day `until`."""
    log = inputs.log
    return replace(inputs, log=log.rows(~(cold[log.product] & (log.day <= until)))) if cold.any() else inputs
