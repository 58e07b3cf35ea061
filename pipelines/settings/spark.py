"""Settings of the Spark engine."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Spark(Section):
    master: str = Field("local[*]", description="local[*], spark://host:7077, or any other master")
    driver_memory: str = Field("2g", description="memory of the driver")
    partitions: int = Field(8, ge=1, description="parts of a shuffle; about four for each core")
    conf: dict[str, str] = Field(default_factory=dict, description="further Spark properties")
