"""Popularity of products among all users and anonymous visitors, with exponential decay by age."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.contracts.product_days import PRODUCT_DAYS
from recommender.ranking.interaction_log import InteractionLog

FIXED_POINT = 10**9  # sums are of integers, since the sum of doubles depends on their order
POPULARITY_SQL = """
    with halved as (
        select *, round(weight * pow(2.0, -date_diff('day', day, $until) / $half_life) * $unit)::bigint as decayed
        from product_days where day <= $until
    )
    select product_id, greatest(sum(decayed) / $unit, 0) as score, sum(users)::bigint as user_days,
        sum(purchases)::bigint as purchases, min(day) as first_day
    from halved group by product_id
"""


def popularity_rows(days: pa.Table, until: date, half_life_days: float) -> pa.Table:
    """The rows of `popularity`: the weights of `days` (`product_days`) up to `until`, halved with age, and summed."""
    parameters = {"until": until, "half_life": half_life_days, "unit": FIXED_POINT}
    with duckdb.connect() as engine:
        engine.register("product_days", days)
        return engine.sql(POPULARITY_SQL, params=parameters).to_arrow_table()


def popularity_of(rows: pa.Table, product_ids: np.ndarray) -> np.ndarray:
    """float32 (n,): log1p of the score in `rows` of table `popularity`; 0 for a product without interest."""
    score = dict(zip(rows["product_id"].to_pylist(), rows["score"].to_pylist(), strict=True))
    return np.log1p([score.get(p, 0.0) for p in product_ids.tolist()]).astype(np.float32)


def days_of(log: InteractionLog) -> pa.Table:
    """`product_days` made of `log` alone, without anonymous visitors: a row for each of its rows."""
    rows = log.rows(log.weight > 0)
    return pa.table(
        {
            "product_id": pa.array(log.products[rows.product].tolist(), pa.string()),
            "day": pa.array(rows.day.astype(np.int32), pa.date32()),
            "weight": rows.weight,
            "users": np.ones(len(rows), np.int64),
            "purchases": np.zeros(len(rows), np.int64),
        },
        schema=pa.schema([field.remove_metadata() for field in PRODUCT_DAYS.schema()]),
    )
