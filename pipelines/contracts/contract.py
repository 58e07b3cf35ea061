"""What can be said of a table: columns, keys, order, checks. Everything else is made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa

Severity = Literal["fail", "warn"]
Bound = float | int | str | None  # a text is the dotted name of a setting, such as "checks.least_coverage"
Area = Literal["clean", "quarantine", "features", "model", "outputs"]


@dataclass(frozen=True)
class Check:
    """One number about a table and the range it must lie in.

    `sql` is an aggregate over the table (`count_if(price < 0)`), or a whole query that gives one number and
    names tables by their names (`select count(*) from user_topk …`). Of a table in days it is a sum over the rows of a
    day, so that days can be added up; `per` is another such sum, by which the total is divided; `over` says whether
    all days count or the run date alone.
    """

    name: str
    sql: str
    severity: Severity
    says: str
    at_least: Bound = None
    at_most: Bound = None
    per: str = ""
    over: Literal["all", "run_date"] = "all"

    @property
    def is_query(self) -> bool:
        return self.sql.lstrip().lower().startswith("select")


REPEATED = "rows that repeat a key"


def fail(name: str, sql: str, says: str, **bounds: Any) -> Check:
    """A check that stops the night; `bounds` are `at_least`, `at_most`, `per`, `over`."""
    return Check(name, sql, "fail", says, **bounds)


def warn(name: str, sql: str, says: str, **bounds: Any) -> Check:
    """A check that is reported."""
    return Check(name, sql, "warn", says, **bounds)


@dataclass(frozen=True)
class Column:
    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] = ()
    refers_to: str = ""

    def checks(self) -> Iterator[Check]:
        """The checks that follow from what is said of the column."""
        c = f"`{self.name}`"
        if not self.nullable:
            yield fail(f"{self.name} is there", f"count_if({c} is null)", "rows without a value", at_most=0)
        if self.at_least is not None:
            yield fail(f"{self.name} >= {self.at_least:g}", f"count_if({c} < {self.at_least})", "rows below", at_most=0)
        if self.at_most is not None:
            yield fail(f"{self.name} <= {self.at_most:g}", f"count_if({c} > {self.at_most})", "rows above", at_most=0)
        if self.one_of:
            words = ", ".join(f"'{w}'" for w in self.one_of)
            yield fail(f"{self.name} is known", f"count_if({c} not in ({words}))", "rows with another word", at_most=0)

    def reference(self, sql: str) -> Check:
        """The check that what the column refers to is there; `sql` counts the rows for which it is not."""
        other, _ = self.refers_to.split(".")
        return fail(f"{self.name} exists in {other}", sql, f"rows whose {self.name} no {other} has", at_most=0)


@dataclass(frozen=True)
class Table:
    """One contract: the Spark schema, Parquet schema, GX suite and dictionary are made from it."""

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
        """The written checks and those that follow from columns and key, each name once."""
        derived = [c for column in self.columns for c in column.checks()]
        derived += [c.reference(self._lost(c)) for c in self.columns if c.refers_to]
        if self.in_days:
            derived.append(
                fail("key is unique", f"count(*) - count(distinct {', '.join(self.key)})", REPEATED, at_most=0)
            )
        elif self.key:
            keys = ", ".join(f"`{k}`" for k in self.key)
            distinct = f"select count(*) from (select distinct {keys} from {self.name})"
            query = f"select (select count(*) from {self.name}) - ({distinct})"
            derived.append(fail("key is unique", query, REPEATED, at_most=0))
        return (*derived, *self.checks)

    def _lost(self, column: Column) -> str:
        """SQL that counts the rows which refer to nothing; in days, who builds one joins `found COLUMN` to its rows."""
        if self.in_days:
            return f"count_if(`{column.name}` is not null and `found {column.name}` is null)"
        other, key = column.refers_to.split(".")
        joined = f"{self.name} t anti join {other} o on t.`{column.name}` = o.`{key}`"
        return f"select count(*) from {joined} where t.`{column.name}` is not null"

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
