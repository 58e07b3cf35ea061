"""Examples for the page of a night: lists of users, bundles, and bundles of visits without a purchase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import duckdb

USERS = 3
PRODUCTS = 5  # of each user
BUNDLES = 5
VISITS = 5


@dataclass(frozen=True)
class ProductShown:
    """One product of a list."""

    rank: int
    product_id: str
    title: str | None
    score: float
    source: str
    reason_text: str


@dataclass(frozen=True)
class UserList:
    """The head of one user's list."""

    user_id: str
    products: list[ProductShown]


@dataclass(frozen=True)
class BundleShown:
    """One bundle; `products` are pairs of title and price."""

    title: str
    description: str
    written_by: str
    price: float | None
    offer_price: float | None
    baskets: int
    lift: float
    products: list[tuple[str, float | None]]


@dataclass(frozen=True)
class VisitShown:
    """The best bundle among the products of a visit without a purchase."""

    user_id: str
    started: datetime
    titles: list[str]
    score: float
    made_by: str


def example_users(engine: duckdb.DuckDBPyConnection) -> list[UserList]:
    """The first users by pseudonym, a keyed hash: a random sample that is the same every time."""
    rows = engine.execute(f"""
        select t.user_id, t.rank, t.product_id, p.title, t.score, t.source, t.reason_text
        from user_topk t
        semi join (select distinct user_id from user_topk order by user_id limit {USERS}) chosen using (user_id)
        left join products p using (product_id)
        where t.rank <= {PRODUCTS}
        order by t.user_id, t.rank
    """).fetchall()
    return [
        UserList(user, [ProductShown(*row[1:]) for row in group])
        for user, group in groupby(rows, key=lambda row: row[0])
    ]


def example_bundles(engine: duckdb.DuckDBPyConnection) -> list[BundleShown]:
    """The bundles that occur in most baskets, each product with its title and price."""
    rows = engine.execute(f"""
        with best as (select * from bundles order by baskets desc, bundle_id limit {BUNDLES}),
        parts as (select bundle_id, unnest(products) product_id from best)
        select b.bundle_id, b.title, b.description, b.written_by, b.price, b.offer_price, b.baskets, b.lift,
            list(struct_pack(title := coalesce(p.title, m.product_id), price := p.price) order by m.product_id)
        from best b join parts m using (bundle_id) left join products p using (product_id)
        group by all
        order by b.baskets desc, b.bundle_id
    """).fetchall()
    shown = ((*row[1:8], [(part["title"], part["price"]) for part in row[8]]) for row in rows)
    return [BundleShown(*values) for values in shown]


def example_visits(engine: duckdb.DuckDBPyConnection) -> list[VisitShown]:
    """The best bundle of the first users, by pseudonym, whose last visit ended without a purchase."""
    rows = engine.execute(f"""
        with best as (select * from session_bundles where rank = 1 order by user_id limit {VISITS}),
        parts as (select user_id, unnest(products) product_id from best)
        select b.user_id, b.started, list(coalesce(p.title, m.product_id) order by m.product_id), b.score, b.made_by
        from best b join parts m using (user_id) left join products p using (product_id)
        group by all
        order by b.user_id
    """).fetchall()
    return [VisitShown(*row) for row in rows]
