"""What a contract states of a table: columns, keys, order, checks. Schemas, suites and dictionary are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa

Severity = Literal["fail", "warn"]
Bound = float | int | str | None  # a text names a key of the settings' section checks: "checks.least_coverage"
Area = Literal["clean", "quarantine", "features", "model", "outputs"]


@dataclass(frozen=True)
class Check:
    """One number about a table and the range that it must lie in.

    `sql`, in Spark's dialect, is an aggregate over the rows of the table (`count_if(price < 0)`), or a whole query
    that gives one number (`select count(*) from user_topk …`). A query may name the table itself and the `views` that
    the check lists (contracts/views.py); the writer of the table hands these in.

    Of a table in days `sql` is a sum over the rows of a day, so that days can be added up; `per` is another such sum,
    by which the total is divided; `over` says whether all days count or the run date alone.
    """

    name: str
    sql: str
    severity: Severity
    says: str
    at_least: Bound = None
    at_most: Bound = None
    per: str = ""
    over: Literal["all", "run_date"] = "all"
    views: tuple[str, ...] = ()

    @property
    def is_query(self) -> bool:
        return self.sql.lstrip().lower().startswith("select")


DUPLICATE_KEYS = "rows that repeat a key"


def fail(name: str, sql: str, says: str, **more: Any) -> Check:
    """A check that stops the night; `more` are `at_least`, `at_most`, `per`, `over`, `views`."""
    return Check(name, sql, "fail", says, **more)


def warn(name: str, sql: str, says: str, **more: Any) -> Check:
    """A check that is reported and stops nothing; `more` as in `fail`."""
    return Check(name, sql, "warn", says, **more)


@dataclass(frozen=True)
class Column:
    """A column: its Arrow type, its meaning, and the range, values or key of another table that it is held to."""

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] = ()
    refers_to: str = ""  # TABLE.COLUMN

    def checks(self) -> Iterator[Check]:
        """The checks that follow from nullability, range and allowed values."""
        c = f"`{self.name}`"
        if not self.nullable:
            yield fail(f"{self.name} is there", f"count_if({c} is null)", "rows without a value", at_most=0)
        if self.at_least is not None:
            yield fail(f"{self.name} >= {self.at_least:g}", f"count_if({c} < {self.at_least})", "rows below", at_most=0)
        if self.at_most is not None:
            yield fail(f"{self.name} <= {self.at_most:g}", f"count_if({c} > {self.at_most})", "rows above", at_most=0)
        if self.one_of:
            allowed = ", ".join(f"'{value}'" for value in self.one_of)
            sql = f"count_if({c} not in ({allowed}))"
            yield fail(f"{self.name} is known", sql, "rows with another value", at_most=0)

    @property
    def referred(self) -> tuple[str, str]:
        """Table and column that `refers_to` names."""
        table, key = self.refers_to.split(".")
        return table, key


@dataclass(frozen=True)
class Table:
    """The contract of one table: Spark schema, Parquet schema, GX suite and dictionary are made from it."""

    name: str
    area: Area
    meaning: str
    grain: str
    key: tuple[str, ...]
    sort: tuple[str, ...]
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    partition: str = ""
    untraced: tuple[str, ...] = field(default=("run_date", "release_id", "model_version"))

    @property
    def in_days(self) -> bool:
        """Whether the table is kept in versions of days."""
        return self.partition == "day"

    def all_checks(self) -> tuple[Check, ...]:
        """The checks that follow from columns and key, and those that the contract writes out."""
        derived = [check for column in self.columns for check in column.checks()]
        derived += [self._reference(column) for column in self.columns if column.refers_to]
        if self.in_days:
            derived.append(
                fail("key is unique", f"count(*) - count(distinct {', '.join(self.key)})", DUPLICATE_KEYS, at_most=0)
            )
        elif self.key:
            keys = ", ".join(f"`{k}`" for k in self.key)
            distinct = f"select count(*) from (select distinct {keys} from {self.name})"
            query = f"select (select count(*) from {self.name}) - ({distinct})"
            derived.append(fail("key is unique", query, DUPLICATE_KEYS, at_most=0))
        return (*derived, *self.checks)

    def _reference(self, column: Column) -> Check:
        """The check that the rows which `column` refers to exist.

        In days the rows are joined before they are summed (`spark_jobs/day_tables.py`), which sets `found COLUMN`.
        """
        other, key = column.referred
        sql = f"count_if(`{column.name}` is not null and `found {column.name}` is null)"
        if not self.in_days:
            joined = f"{self.name} t anti join {other} o on t.`{column.name}` = o.`{key}`"
            sql = f"select count(*) from {joined} where t.`{column.name}` is not null"
        says = f"rows whose {column.name} no {other} has"
        return fail(f"{column.name} exists in {other}", sql, says, at_most=0, views=(other,))

    def schema(self) -> pa.Schema:
        """The Arrow schema; each field's metadata holds its meaning and unit."""
        return pa.schema(
            [
                pa.field(
                    c.name, c.type, c.nullable, metadata={"comment": c.meaning, **({"unit": c.unit} if c.unit else {})}
                )
                for c in self.columns
            ],
            metadata={"table": self.name, "comment": self.meaning},
        )

    def content_columns(self) -> tuple[str, ...]:
        """The columns that say what, not when and by which run: the ones that content hashes cover."""
        return tuple(c.name for c in self.columns if c.name not in self.untraced)


@dataclass(frozen=True)
class Number:
    """One measured number, in words."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Measurements:
    """Numbers that are measured once a night and judged like those of a table, but are no table: no file holds them.

    The `sql` of a check is the name of one of the `numbers`.
    """

    name: str
    meaning: str
    numbers: tuple[Number, ...]
    checks: tuple[Check, ...]
    grain: str = "one number each for the night"

    def all_checks(self) -> tuple[Check, ...]:
        """The checks, as of a table: none follows from anything else."""
        return self.checks


Judged = Table | Measurements

TEXT = pa.string()
TEXTS = pa.list_(pa.string())
INTS = pa.list_(pa.int32())
INT = pa.int32()
LONG = pa.int64()
FLOAT = pa.float32()
DOUBLE = pa.float64()
BOOL = pa.bool_()
DAY = pa.date32()
TIME = pa.timestamp("us", tz="UTC")
VECTOR = pa.list_(pa.float32())
ATTRIBUTES = pa.map_(pa.string(), pa.string())

RUN_DATE = Column("run_date", DAY, "last day whose rows this release has seen")
RELEASE = Column("release_id", TEXT, "release that holds the row")
MODEL_VERSION = Column("model_version", TEXT, "version of the registered model that scored the row")
