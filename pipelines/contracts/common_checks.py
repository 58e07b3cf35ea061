"""Checks that several tables share: of lists, of products that may be shown, of substitutes, of vectors."""

from __future__ import annotations

from pipelines.contracts.contract import Check, fail


def list_checks(table: str, by: str, item: str, what: str, *, placed: str = "true") -> tuple[Check, ...]:
    """Ranks 1 to n, scores that never rise, and no `item` twice, in each list of `table`.

    A list is the rows with equal `by` (columns, comma-separated); `what` is its plural in sentences. Scores are
    compared among the rows of which the SQL condition `placed` holds: the score gave them their rank.
    """
    return (
        fail(
            "ranks without gaps",
            f"select count(*) from (select count(*) n, max(rank) m from {table} group by {by}) where n != m",
            f"{what} with a gap",
            at_most=0,
        ),
        fail(
            "scores fall with rank",
            f"select count(*) from (select score, lag(score) over (partition by {by} order by rank) before "
            f"from {table} where {placed}) where score > before",
            "rows with a higher score than the row before",
            at_most=0,
        ),
        fail(
            f"no {item.removesuffix('_id')} twice",
            f"select (select count(*) from {table}) - "
            f"(select count(*) from (select distinct {by}, {item} from {table}))",
            "rows that repeat one of their list",
            at_most=0,
        ),
    )


def only_showable(rows: str) -> Check:
    """No product of `rows` (SQL with a column product_id) is blocked or unavailable."""
    return fail(
        "only available products",
        f"select count(*) from {rows} t anti join showable_products p on t.product_id = p.product_id",
        "products that are blocked or unavailable",
        at_most=0,
        views=("showable_products",),
    )


def nothing_hidden(rows: str, *views: str) -> Check:
    """No product of `rows` (SQL with columns user_id and product_id, on `views`) must be kept from the user."""
    return fail(
        "nothing hidden is shown",
        f"select count(*) from {rows} t left semi join hidden_products h "
        "on t.user_id = h.user_id and t.product_id = h.product_id",
        "rows that [ranking] hide keeps from the user",
        at_most=0,
        views=("hidden_products", *views),
    )


def no_substitutes(rows: str, by: str) -> Check:
    """No two products of `rows` (SQL with a column product_id) with the same `by` replace each other."""
    return fail(
        "no substitutes together",
        f"select count(*) from {rows} a join {rows} b using ({by}) "
        "join substitute_pairs r on a.product_id = r.product_id and b.product_id = r.other_id",
        "pairs that replace each other in one bundle",
        at_most=0,
        views=("substitute_pairs",),
    )


def vector_checks(table: str) -> tuple[Check, ...]:
    """The column `vector` of `table` holds numbers, is of length one, and as long in each row."""
    return (
        fail(
            "vectors have length one",
            # not between 0.98 and 1.02, where a number is missing or is none, too
            "count_if(coalesce(inner_product(vector, vector), -1) not between 0.96 and 1.04)",
            "rows whose vector is no vector of length one",
            at_most=0,
        ),
        fail("vectors are as long", f"select count(distinct size(vector)) from {table}", "widths", at_most=1),
    )


def known_products(table: str, column: str) -> Check:
    """Each product in the lists of `column` is one of the catalogue."""
    return fail(
        f"{column} exists in products",
        f"select count(*) from (select explode({column}) product_id from {table}) t "
        "anti join products p on t.product_id = p.product_id",
        f"products in {column} that the catalogue lacks",
        at_most=0,
        views=("products",),
    )


def as_many(column: str, other: str) -> Check:
    """The lists of both columns have the same number of entries."""
    return fail(
        f"as many {column} as {other}",
        f"count_if(size({column}) != size({other}))",
        f"rows with another number of {column} than of {other}",
        at_most=0,
    )
