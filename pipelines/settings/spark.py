"""Settings of the Spark engine."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Spark(Section):
    """Where Spark runs, and with which resources."""

    master: str = Field("local[*]", description="Spark master: local[*], spark://host:7077, or any other")
    driver_memory: str = Field("2g", description="memory of the driver, as Java writes it: 512m, 2g")
    partitions: int = Field(8, ge=1, description="number of partitions of a shuffle; about four for each core")
    conf: dict[str, str] = Field(default_factory=dict, description="further Spark properties = values")
