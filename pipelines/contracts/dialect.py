"""One dialect of SQL for checks: contracts are written in Spark's, and `to_duckdb` says the same to DuckDB."""

from __future__ import annotations

import re

# Functions of Spark that DuckDB knows under another name, and with the same arguments.
RENAMED = {
    "array": "list_value",
    "array_distinct": "list_distinct",
    "array_join": "array_to_string",
    "array_sort": "list_sort",
    "collect_list": "list",
    "explode": "unnest",
    "percentile": "quantile_cont",
    "size": "len",
    "transform": "list_transform",
}

# Functions of Spark whose arguments differ in DuckDB, as macros there: run each statement once in a connection.
DUCKDB_MACROS = (
    # DuckDB's own count_if of no rows is null, Spark's is 0.
    "create or replace macro count_if(x) as count(case when x then 1 end)",
    # Spark has none of lists: no table with vectors is written by it. NaN where a number is missing.
    "create or replace macro inner_product(one, other) as list_inner_product("
    "list_transform(one, lambda x: coalesce(x, 'nan'::float)), "
    "list_transform(other, lambda x: coalesce(x, 'nan'::float)))",
    "create or replace macro get(items, n) as items[n + 1]",
    "create or replace macro array_except(one, other) as "
    "list_distinct(list_filter(one, lambda x: not list_contains(other, x)))",
)

FUNCTION = re.compile(rf"\b({'|'.join(RENAMED)})\(")
LAMBDA = re.compile(r"\b(\w+) -> ")
STRUCT = re.compile(r"\bstruct\(([\w, ]+)\)")


def to_duckdb(sql: str) -> str:
    """`sql` of a check, in Spark's dialect, as DuckDB runs it once DUCKDB_MACROS are known to the connection."""
    sql = sql.replace("`", '"').replace("left semi join", "semi join")
    sql = STRUCT.sub(_struct_pack, sql)
    return LAMBDA.sub(r"lambda \1: ", FUNCTION.sub(lambda match: f"{RENAMED[match[1]]}(", sql))


def _struct_pack(match: re.Match[str]) -> str:
    """`struct(a, b)` with the fields named as Spark names them."""
    return f"struct_pack({', '.join(f'{column} := {column}' for column in match[1].split(', '))})"
