"""Checks that several output tables share: of lists, of products that may be shown, of substitutes."""

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
