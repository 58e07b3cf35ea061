"""Who wrote a text first, and products that are reviewed too often at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from spark_jobs.cleaning.copies import LANES, _candidates, judge_copies
from spark_jobs.cleaning.minhash import with_signature
from spark_jobs.cleaning.review_flags import with_bursts
from spark_jobs.cleaning.tokenise import folded_words

pytestmark = pytest.mark.slow

FIRST = date(2025, 3, 1)
MUG = "the fox on this mug looks at me every morning and the handle sits well in my hand so I smile"
EDITED = "The fox on this mug looks at me every morning, and the handle sits nicely in my hand, so I smile!"
HALF = "the fox on this mug looks at me every morning but my sister would have liked the one with owls more"
SHORT = "a lovely mug for a very small price"
COLUMNS = (
    "review_id string, user_id string, product_id string, text string, day date, ts timestamp, "
    "delivered date, file string, delivery string, block bigint, line bigint, flags array<string>"
)
CASES = {  # name, user, days after the first, hour, text -> what becomes of it
    "first": ("ann", 1, 10, MUG, "kept"),
    "other users do it on the same day": ("bob", 1, 11, MUG, "copied"),
    "in capitals": ("cid", 2, 9, MUG.upper(), "copied"),
    "with one word changed": ("dan", 2, 9, EDITED, "copied"),
    "half of it": ("eve", 2, 9, HALF, "kept"),
    "the author again": ("ann", 3, 9, MUG, "repeated"),
    "nobody known": (None, 3, 9, MUG, "kept"),
    "nobody known again": (None, 4, 9, MUG, "repeated"),
    "a copier again": ("bob", 5, 9, MUG, "copied repeated"),
    "long after": ("fay", 200, 9, MUG, "kept"),
    "short": ("ann", 1, 9, SHORT, "kept"),
    "short again": ("bob", 2, 9, SHORT, "kept"),
    "no text": ("bob", 2, 9, None, "kept"),
}


@pytest.fixture
def typed(spark):
    """Reviews as `judge_copies` wants them, from (name, user, product, days after the first, hour, text)."""

    def make(rows):
        frame = spark.createDataFrame(
            [
                (
                    name,
                    user,
                    product,
                    text,
                    FIRST + timedelta(days),
                    datetime(2025, 3, 1, hour) + timedelta(days),
                    *(FIRST, "f", "f", 0, n),
                    [],
                )
                for n, (name, user, product, days, hour, text) in enumerate(rows)
            ],
            COLUMNS,
        )
        return with_signature(frame.withColumn("words", folded_words(F.col("text"))), "words", 10).cache()

    return make


def fates(judged):
    """What became of each review, as in `CASES`."""
    return {
        r["review_id"]: " ".join([*(["copied"] if r["is_copied"] else []), *r["flags"]]) or "kept"
        for r in judged.collect()
    }


def test_the_first_writer_keeps_the_text(typed):
    window = typed([(name, user, "mug", days, hour, text) for name, (user, days, hour, text, _) in CASES.items()])
    assert fates(judge_copies(window, Cleaning(), FIRST)) == {name: case[-1] for name, case in CASES.items()}


def test_of_one_moment_the_first_line_counts(typed):
    window = typed([("b", "bob", "mug", 0, 9, MUG), ("a", "ann", "mug", 0, 9, MUG)])
    assert fates(judge_copies(window, Cleaning(), FIRST)) == {"b": "kept", "a": "copied"}


def test_nights_add_up(typed):
    """Each day judged with the days before it, as all days at once."""
    texts = (MUG, EDITED, HALF, f"{MUG} again", f"{HALF} by far", MUG.replace("fox", "owl"))
    rows = [(f"r{n}", f"u{n * 7 % 5}", "mug", n // 14, 9 + n % 3, texts[n * 11 % 6]) for n in range(40)]
    rows += [(f"own{days}", "zoe", "cup", days, 9, SHORT + " that I bought twice") for days in (0, 1, 2)]
    window, cleaning = typed(rows), Cleaning(copied_text_days=1)
    at_once = fates(judge_copies(window, cleaning, FIRST))
    nightly = {}
    for days in range(3):
        day = FIRST + timedelta(days)
        seen = window.where(F.col("day").between(day - timedelta(1), day))
        nightly |= fates(judge_copies(seen, cleaning, since=day))
    assert nightly == at_once
    assert {"kept", "copied", "repeated"} <= set(at_once.values())


def test_a_text_of_thousands_makes_few_pairs(typed):
    reviews = 1000
    window = typed([(f"r{n}", f"u{n}", "mug", n % 5, 9, MUG) for n in range(reviews)])
    assert _candidates(window, 90, FIRST).count() <= reviews * LANES
    assert judge_copies(window, Cleaning(), FIRST).where("is_copied").count() == reviews - 1


def test_a_burst_is_far_more_than_before(typed):
    counts = {
        "fox": {0: 1, 5: 10},
        "owl": {0: 9, 1: 9, 2: 10, 3: 50},
        "elk": {0: 4},
        "new": {7: 12},
        "old": {0: 3, 6: 9},
    }
    rows = [
        (f"{product}{day}-{n}", f"u{n}", product, day, 9, None)
        for product, days in counts.items()
        for day, count in days.items()
        for n in range(count)
    ]
    window, cleaning = typed(rows), Cleaning(burst_reviews=10, burst_factor=5)
    flagged = with_bursts(window, window, cleaning).where(F.array_contains("flags", "burst"))
    found = {
        (r["product_id"], (r["day"] - FIRST).days): r["count"]
        for r in flagged.groupBy("product_id", "day").count().collect()
    }
    assert found == {("fox", 5): 10, ("owl", 3): 50, ("new", 7): 12}
    sixth = window.where(F.col("day") == FIRST + timedelta(5))
    alone = with_bursts(sixth, window.where(F.col("day") <= FIRST + timedelta(5)), cleaning)
    assert {(r["product_id"], *r["flags"]) for r in alone.collect()} == {("fox", "burst")}
