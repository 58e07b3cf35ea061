"""A shop in which users stay within one of two worlds, reds and blues, as the step train finds it."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from pipelines.contracts.interactions import INTERACTIONS
from pipelines.contracts.product_days import PRODUCT_DAYS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.night import Night
from pipelines.settings.load import check_settings
from tests.given import put

LAST = date(2025, 1, 31)
NOUNS = ("cup", "plate", "hose", "spade", "lamp", "candle", "tea", "pot")


def product_rows():
    for colour in ("red", "blue"):
        for noun in NOUNS:
            yield {
                "product_id": f"{colour}-{noun}", "title": f"{colour} {noun}", "description": None,
                "categories": ["kitchen"], "brand": None, "price": 1.0, "attributes": None, "available": noun != "pot",
                "text_hash": f"hash of {colour} {noun}", "aliases": [],
            }  # fmt: skip


def interaction_rows():
    rng = np.random.default_rng(5)
    for user in range(40):
        colour = ("red", "blue")[user % 2]
        for place, noun in enumerate(rng.permutation(NOUNS)[:6]):
            when = LAST - timedelta(days=int(4 * (5 - place) + rng.integers(0, 3)))
            yield {
                "user_id": f"u{user:02d}", "product_id": f"{colour}-{noun}", "day": when, "weight": 8.0, "pieces": 1,
                "events": 1, "event_types": ["purchase"],
                "last_ts": datetime(when.year, when.month, when.day, place, tzinfo=UTC),
            }  # fmt: skip


def review_rows():
    when = datetime(2025, 1, 5, tzinfo=UTC)
    for number, row in enumerate(product_rows()):
        yield {
            "review_id": f"r{number:02d}", "user_id": None, "product_id": row["product_id"], "rating": 5.0,
            "title": None, "text": f"warm {row['title']}", "ts": when, "helpful_votes": 0, "day": date(2025, 1, 5),
            "flags": [],
        }  # fmt: skip


def product_day_rows(interactions):
    for product, day in sorted({(r["product_id"], r["day"]) for r in interactions}):
        here = [r for r in interactions if (r["product_id"], r["day"]) == (product, day)]
        weight = sum(r["weight"] for r in here)
        yield {"product_id": product, "day": day, "weight": weight, "users": len(here), "purchases": len(here)}


def open_night(home, toy_base, run_id="r", interactions=None, training=None, sections=None, **wishes):
    small = {
        "encoder": str(toy_base), "max_steps": 4, "batch_pairs": 8, "evaluate_every": 2, "lora_rank": 2, "threads": 1,
        "max_tokens": 24, "validation_days": 2, "learning_rate": 0.01,
        "precision": "float32",
    } | (training or {})  # fmt: skip
    tree = {"training": small, "guards": {"least_users": 8, "test_days": 2}} | (sections or {})
    night = Night(
        home=home, run_date=LAST, run_id=run_id, release_id="2025-01-31-01", fingerprint="f",
        settings=check_settings(tree), files={}, columns={}, left_out=(),
        key_fingerprint="k", catalogue_as_of=LAST, **wishes,
    )  # fmt: skip
    night.save()
    put(night, PRODUCTS, list(product_rows()))
    rows = list(interaction_rows()) if interactions is None else interactions
    put(night, INTERACTIONS, rows)
    put(night, REVIEWS, list(review_rows()))
    put(night, PRODUCT_DAYS, list(product_day_rows(rows)))
    return night
