"""One thing that happens in the demo shop."""

from typing import NamedTuple


class Event(NamedTuple):
    """One thing that one person did; `at` is in milliseconds since 1970, `None` means the shop does not write it."""

    at: int
    user_id: str | None
    product: int
    event_type: str
    session_id: str
    quantity: int | None = None
    price: float | None = None
    dwell_s: float | None = None
    order_id: str | None = None
    position: int | None = None
    value: float | None = None
