"""Interest of known users, as a table."""

from __future__ import annotations

from pyspark.sql import DataFrame


def interactions(interest: DataFrame) -> DataFrame:
    """One row for each user, product and day with interest."""
    return interest.where("user_id is not null")
