"""Spark SQL of the settings (`derive`) -> columns, of functions that compute a value from values and do nothing else.

Spark's own functions can also call any Java method (`reflect`), and a subquery can read any file or run a program. What
an expression holds is seen in the tree that Spark's parser makes of it, so that quotes and nesting hide nothing, and
what is not known to be harmless is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from py4j.java_gateway import is_instance_of
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from pipelines.errors import SettingsError

# Groups in which Spark lists its functions. Others hold aggregates, calls of Java, readers of XML (which may name
# files) and of schema files, or what differs between two runs.
GROUPS = {
    "array_funcs",
    "bitwise_funcs",
    "collection_funcs",
    "conditional_funcs",
    "conversion_funcs",
    "csv_funcs",
    "datetime_funcs",
    "hash_funcs",
    "json_funcs",
    "lambda_funcs",
    "map_funcs",
    "math_funcs",
    "predicate_funcs",
    "string_funcs",
    "struct_funcs",
    "url_funcs",
    "variant_funcs",
}
CATALYST = "org.apache.spark.sql.catalyst"
SUBQUERY = f"{CATALYST}.expressions.PlanExpression"
UNRESOLVED = {f"{CATALYST}.analysis.Unresolved{kind}" for kind in ("Attribute", "ExtractValue", "Star")}
FUNCTION = f"{CATALYST}.analysis.UnresolvedFunction"


def derived(spark: SparkSession, place: str, sql: str) -> Column:
    """The column that `sql`, the setting at `place`, computes.

    Raises SettingsError where it holds anything but allowed functions, and ParseException where it is no Spark SQL.
    """
    for node in _nodes(spark._jsparkSession.sessionState().sqlParser().parseExpression(sql)):
        if what := _refused(spark, node):
            raise SettingsError(
                f"{place} = {sql!r} uses {what}, which is not allowed there. Use Spark's functions of texts, numbers, "
                "times, arrays, maps, structs and JSON over the shop's columns."
            )
    return F.expr(sql)


def _nodes(tree: Any) -> Iterator[Any]:
    yield tree
    children = tree.children()
    for place in range(children.length()):
        yield from _nodes(children.apply(place))


def _refused(spark: SparkSession, node: Any) -> str:
    """What a node of a parsed expression is, where it is not allowed; else an empty text."""
    kind = node.getClass().getName()
    if kind == FUNCTION:
        name = node.nameParts().mkString(".")
        return "" if _group(spark, name) in GROUPS else f"the function {name}"
    if is_instance_of(spark.sparkContext._gateway, node, SUBQUERY):
        return "a subquery"
    known = kind in UNRESOLVED or kind.startswith(f"{CATALYST}.expressions.")
    return "" if known else kind.rpartition(".")[2]


def _group(spark: SparkSession, name: str) -> str:
    """The group in which Spark lists a function; empty for a name that it does not know, and for a qualified one."""
    found = spark._jsparkSession.sessionState().catalog().lookupBuiltinOrTempFunction(name.lower())
    return str(found.get().getGroup()) if found.isDefined() else ""
