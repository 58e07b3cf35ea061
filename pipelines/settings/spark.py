"""Settings of the Spark engine."""

from __future__ import annotations

from pydantic import Field, field_validator

from pipelines.settings.section import Section

# Properties that decide what a table holds, keep the user key out of logs, or keep other accounts from reading files:
# the same in every session.
FIXED_CONF = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.sources.partitionOverwriteMode": "static",
    "spark.hadoop.fs.permissions.umask-mode": "077",  # Spark's files are the owner's alone
    "spark.sql.redaction.string.regex": "0x[0-9A-Fa-f]{64,}",  # the user key stands in plans of the hashing
}


class Spark(Section):
    """Where Spark runs, and with which resources."""

    master: str = Field("local[*]", description="Spark master: local[*], spark://host:7077, or any other")
    driver_memory: str = Field("2g", description="memory of the driver, as Java writes it: 512m, 2g")
    partitions: int = Field(8, ge=1, description="number of partitions of a shuffle; about four for each core")
    conf: dict[str, str] = Field(
        default_factory=dict, description="further Spark properties = values; those that decide results are fixed"
    )

    @field_validator("conf")
    @classmethod
    def _keeps_fixed(cls, conf: dict[str, str]) -> dict[str, str]:
        for name, fixed in FIXED_CONF.items():
            if conf.get(name, fixed) != fixed:
                raise ValueError(f"{name} is {conf[name]!r}, but every night runs with {fixed!r}. Remove the key.")
        return conf
