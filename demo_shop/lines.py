"""A line of a source file with the verdict that cleaning must give it."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from demo_shop.calendar import iso, local_day
from demo_shop.reviews import Review


@dataclass(frozen=True)
class SourceLine:
    """One line to be written: its file, its time, its fields, and the truth about it.

    A kept line has the `flags` that cleaning must give it, sorted. `day` is the day of delivery (None for the
    catalogue), `at` orders the lines of a file (milliseconds since 1970). `raw` replaces the fields where the line is
    no record. `user_id` and `product_id` are the true ones.
    """

    source: str
    day: date | None
    at: float
    fields: dict[str, Any]
    verdict: str = "clean"
    reason: str | None = None
    user_id: str | None = None
    product_id: str | None = None
    raw: str | None = None
    note: str | None = field(default=None, compare=False)
    flags: tuple[str, ...] = ()

    def with_fields(self, note: str, **changes: Any) -> "SourceLine":
        """The same line, still clean, with some fields written differently; `note` names the oddity."""
        return replace(self, fields={**self.fields, **changes}, note=note)

    def flagged(self, flag: str, **changes: Any) -> "SourceLine":
        """The same line, still clean, with some fields changed so that cleaning must flag it."""
        return replace(self, fields={**self.fields, **changes}, flags=tuple(sorted({*self.flags, flag})))

    def refused(
        self, reason: str, *, without: str | None = None, raw: str | None = None, **changes: Any
    ) -> "SourceLine":
        """A line with one defect: fields changed, one left out, or the whole line replaced by `raw`."""
        fields = {key: value for key, value in {**self.fields, **changes}.items() if key != without}
        return replace(self, fields=fields, raw=raw, verdict="quarantined", reason=reason, note=None, flags=())

    def text(self) -> str:
        """The line as JSON, without line end."""
        return self.raw if self.raw is not None else json.dumps(self.fields, ensure_ascii=False)


def event_lines(events: pd.DataFrame) -> list[SourceLine]:
    """A clean line for each event, delivered on its own local day; empty values are left out."""
    lines = []
    for number, row in enumerate(events.itertuples(index=False)):
        product_id = product_code(row.product)
        fields: dict[str, Any] = {} if row.user_id is None and number % 2 else {"user_id": row.user_id}
        fields |= {"product_id": product_id, "event_type": row.event_type, "ts": iso(row.at)}
        for name in ("quantity", "price", "dwell_s", "session_id", "order_id", "position", "value"):
            value = getattr(row, name)
            if not pd.isna(value):
                fields[name] = int(value) if name in ("quantity", "position") else value
        lines.append(
            SourceLine("events", local_day(row.at), row.at, fields, user_id=row.user_id, product_id=product_id)
        )
    return lines


def review_lines(reviews: list[Review]) -> list[SourceLine]:
    """A clean line for each review, delivered on its own local day."""
    lines = []
    for review in reviews:
        product_id = product_code(review.product)
        fields = {
            "user_id": review.user_id,
            "product_id": product_id,
            "rating": review.rating,
            "title": review.title,
            "text": review.text,
            "ts": iso(review.at),
            "helpful_votes": review.helpful_votes,
            "reviewer_name": review.reviewer_name,
        }
        lines.append(
            SourceLine(
                "reviews", local_day(review.at), review.at, fields, user_id=review.user_id, product_id=product_id
            )
        )
    return lines


def product_lines(table: pd.DataFrame) -> list[SourceLine]:
    """A clean line for each product, in the order of the catalogue."""
    rows = table.to_dict("records")
    return [SourceLine("products", None, float(at), row, product_id=row["product_id"]) for at, row in enumerate(rows)]


def product_code(product: int) -> str:
    """The code of the product at a position of the catalogue: "P00042"."""
    return f"P{product + 1:05d}"
