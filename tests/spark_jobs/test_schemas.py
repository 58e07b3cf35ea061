"""No job types the schema of a table by hand: `ddl`, `struct_ddl` and `spark_schema` make it from the contract."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pipelines.contracts.all_tables import TABLES
from pipelines.contracts.bundles import BUNDLES
from pipelines.contracts.similar_products import SIMILAR_PRODUCTS
from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.contracts.views import VIEWS
from spark_jobs.engine import column_types, ddl, struct_ddl

JOBS = Path(__file__).parents[2] / "spark_jobs"
FILES = [file for file in sorted(JOBS.rglob("*.py")) if "cleaning" not in file.parts]
FIELD = re.compile(r"`?(\w+)`?[ :](string|int|bigint|long|double|float|date|timestamp|boolean|array<\w+>)(?=[,>]|$)")
SYNONYMS = {"long": "bigint"}


def typed_fields(source: str) -> set[tuple[str, str]]:
    """Name and type of each field of DDL in the texts of a Python file, docstrings left out."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]
    return {(name, SYNONYMS.get(kind, kind)) for text in texts for name, kind in FIELD.findall(text)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(JOBS)))
def test_no_job_types_a_column_of_a_contract(file):
    contracts = [*TABLES.values(), *VIEWS.values()]
    known = {field for contract in contracts for field in column_types(contract).items()}
    assert typed_fields(file.read_text(encoding="utf-8")) & known == set()


def test_a_typed_schema_would_be_found():
    source = 'ROWS = f"segment string, rank int, {more}"\nCALL = frame.mapInArrow(f, "struct<score:double,x:int>")'
    assert typed_fields(source) == {("segment", "string"), ("rank", "int"), ("score", "double"), ("x", "int")}


def test_ddl_of_contracts():
    assert ddl(SIMILAR_PRODUCTS, "product_id", "score", pairs="bigint") == (
        "`product_id` string, `score` float, `pairs` bigint"
    )
    assert struct_ddl(USER_BUNDLES, "rank", "bundle_id") == "struct<rank:int,bundle_id:string>"
    assert ddl(BUNDLES).startswith("`bundle_id` string, `products` array<string>, `title` string")
