"""The views that queries of checks may read beside tables, each named once; the writer of a table hands them in.

A check that reads a whole table names it by the table's name. The frames behind these views are made from clean tables
and settings alone, never from the ranker: spark_jobs/ranking/check_views.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipelines.contracts.contract import INT, TEXT, Column, Table

USER = Column("user_id", TEXT, "pseudonym of the user")
PRODUCT = Column("product_id", TEXT, "product")


@dataclass(frozen=True)
class View:
    """A frame that checks read: its name in SQL, one row for what, and its columns."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


ACTIVE_USERS = View("active_users", "users with an event whose type has a weight above 0", (USER,))
HIDDEN_PRODUCTS = View("hidden_products", "products that `[ranking] hide` keeps from a user", (USER, PRODUCT))
SHOWABLE_PRODUCTS = View("showable_products", "products that are available and not blocked", (PRODUCT,))
LIST_LENGTH = View("list_length", "one row: the settings' length of a list", (Column("k", INT, "products in a list"),))
SUBSTITUTE_PAIRS = View(
    "substitute_pairs",
    "pairs of products that replace each other and that no setting lets stand in one bundle",
    (Column("product_id", TEXT, "the lower id of the two"), Column("other_id", TEXT, "the higher id")),
)
UNKNOWN_PRODUCTS = View(
    "unknown_products",
    "products that settings of relations and bundles name and the catalogue lacks",
    (PRODUCT, Column("key", TEXT, "section and key of the setting")),
)

VIEWS = {
    view.name: view
    for view in (
        ACTIVE_USERS,
        HIDDEN_PRODUCTS,
        SHOWABLE_PRODUCTS,
        LIST_LENGTH,
        SUBSTITUTE_PAIRS,
        UNKNOWN_PRODUCTS,
    )
}


def views_read(table: Table, handed_in: Collection[str]) -> tuple[str, ...]:
    """The names of the views that the checks of `table` read, sorted.

    Raises ValueError with check, table and view where one of them is not among those `handed_in`.
    """
    for check in table.all_checks():
        for view in check.views:
            if view not in handed_in:
                raise ValueError(
                    f"check {check.name!r} of table {table.name} reads the view {view}, but its writer hands in "
                    f"{', '.join(sorted(handed_in)) or 'none'}. Hand in a frame under that name."
                )
    return tuple(sorted({view for check in table.all_checks() for view in check.views}))
