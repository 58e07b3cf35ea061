"""How much each product is chosen lately, by everyone: known users and visitors."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from pipelines.days import files_of_table
from pipelines.night import Night
from pipelines.tables import POPULARITY, PRODUCT_DAYS

UNIT = 10**9  # summed as whole numbers: the sum of doubles hangs on their order
SUMMED = """
    with halved as (
        select *, round(weight * pow(2.0, -date_diff('day', day, $run_date) / $half_life) * $unit)::bigint as decayed
        from read_parquet($files, hive_partitioning = false)
    )
    select product_id, greatest(sum(decayed) / $unit, 0) as score, sum(users)::bigint as user_days,
        sum(purchases)::bigint as purchases, min(day) as first_day
    from halved group by product_id
"""


def popularity_rows(night: Night, half_life_days: float) -> pa.Table:
    """The rows of `popularity`: weights of all days, halved every `half_life_days`, and summed."""
    files = files_of_table(night, PRODUCT_DAYS)
    if not files:
        return POPULARITY.schema().empty_table()
    asked = {"files": files, "run_date": night.run_date, "half_life": half_life_days, "unit": UNIT}
    with duckdb.connect() as engine:
        return engine.sql(SUMMED, params=asked).to_arrow_table()
