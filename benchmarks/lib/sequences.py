"""Next-item data as a night sees it: everything but each user's last two choices lies on one day, those on two more.

A folder holds `sequences.txt` (a line a user: user, then items, oldest first) and `items.jsonl` (`item_id`, and of
title, categories, brand, description what there is, in whatever form). With days in place of places, leave-one-out is a
split by time: the models of the night fit on day FIT, choose on day VALIDATION and are judged on day TEST, through the
night's own code.
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
from training.ranker.inputs import Inputs, brand_numbers

FIT, VALIDATION, TEST = 0, 1, 2
MICROSECONDS_A_DAY = 86_400 * 10**6  # between two choices, whose times nobody tells; the last ones are of one day
LEAST = 3  # choices of a user: one to learn from, one to choose by, one to judge by


@dataclass(frozen=True)
class Sequences:
    """`items` (one int32 array a user, oldest first) are rows of `catalogue`, which is in the order of product ids.

    `counts` says how much of the folder was not as it should be, or was left out.
    """

    users: np.ndarray
    items: Sequence[np.ndarray]
    catalogue: pa.Table
    counts: Mapping[str, int]


def read_sequences(data: Path, seed: int) -> Sequences:
    """The users with at least three different choices, and the catalogue under new ids in a random order.

    An id must tell nothing: published ones follow first appearance. Of an item that a user chose again the first choice
    counts, so that the last one is new to the user. A user whose name stood in a line before is another user; an item
    that the catalogue does not have is one without text. Raises SystemExit where there is no such user.
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
    """The names, each but the first of one name with how many have had it; no name that is read holds a blank."""
    seen: Counter[str] = Counter()
    found = []
    for user in users:
        seen[user] += 1
        found.append(user if seen[user] == 1 else f"{user} {seen[user]}")
    return found


def inputs_of(data: Sequences, settings: Settings) -> Inputs:
    """What training reads, with FIT, VALIDATION and TEST as days."""
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
