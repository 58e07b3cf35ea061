"""Queries of a release: they read its tables, and reach nothing else of the machine."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.atomic_files import write_json
from pipelines.contracts.products import PRODUCTS
from pipelines.errors import SettingsError
from pipelines.night.day_versions import folder_of, refused_folder
from pipelines.night.release_tables import open_tables, select
from pipelines.night.releases import point_to
from pipelines.night.store import Version, store_of

RELEASE = "2025-03-31-01"


@pytest.fixture
def home(tmp_path):
    """A home whose name holds a quote, with one release: a row of user_topk, and the clean product behind it."""
    home = tmp_path / "o'shop"
    folder = home / "releases" / RELEASE
    (folder / "user_topk").mkdir(parents=True)
    pq.write_table(pa.table({"user_id": ["u1"], "product_id": ["hat"]}), folder / "user_topk" / "part-0.parquet")
    made = home / "staging" / "products"
    made.mkdir(parents=True)
    pq.write_table(pa.table({"product_id": ["hat"], "title": ["A hat"]}), made / "part-0.parquet")
    refused = refused_folder(home, PRODUCTS, "", "v1")
    store_of(home).commit(
        {made: Version(folder_of(home, PRODUCTS, "", "v1"), {}), made.with_name("none"): Version(refused, {})}
    )
    write_json(folder / "manifest.json", {"partitions": {PRODUCTS.name: {"": "v1"}}})
    (tmp_path / ".o'shop.user-key").write_text("the key of user ids")
    point_to(home, RELEASE)
    return home


def query(home, sql):
    with open_tables(home) as connection:
        return select(connection, sql).fetchall()


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select title from user_topk join products using (product_id)", [("A hat",)]),
        ("with one as (select 1) from one", [(1,)]),
        ("values (1)", [(1,)]),
        ("from user_topk", [("u1", "hat")]),
        ("show tables", [("products",), ("user_topk",)]),
        ("pivot user_topk on product_id in ('hat') using count(*)", [("u1", 1)]),
        ("select json_extract('{\"a\": 1}', '$.a')", [("1",)]),
        ("select timezone('Europe/Berlin', timestamptz '2025-03-31 00:00Z')::varchar", [("2025-03-31 02:00:00",)]),
    ],
)
def test_a_query_reads_the_tables_of_a_release(home, sql, rows):
    assert query(home, sql) == rows


def test_a_home_may_be_named_by_a_relative_path(home, monkeypatch):
    monkeypatch.chdir(home.parent)
    assert query(home.relative_to(home.parent), "select count(*) from user_topk") == [(1,)]


FILE = "{home}/releases/2025-03-31-01/user_topk/part-0.parquet"


@pytest.mark.parametrize(
    "sql",
    [
        f"copy (select 1 as user_id) to '{FILE}'",
        f"copy (select 1 as user_id) to '{FILE}' (use_tmp_file false)",
        f"select 1; copy (select 1 as user_id) to '{FILE}' (use_tmp_file false)",
        f"explain analyze copy (select 1 as user_id) to '{FILE}' (use_tmp_file false)",
        f"copy (pivot user_topk on product_id using count(*)) to '{FILE}' (use_tmp_file false)",
        "export database '{home}/copy'",
        "attach '{home}/new.db'",
        "create table t as select 1",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "call enable_logging(storage = 'file', storage_path = '{home}')",
        "",
    ],
)
def test_anything_but_one_query_that_reads_is_refused(home, sql):
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    with pytest.raises(SettingsError, match="one query that reads is allowed"):
        query(home, sql.replace("{home}", str(home).replace("'", "''")))
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('{home}/../.o''shop.user-key')",
        "select * from read_blob('{home}/releases/2025-03-31-01/manifest.json')",
        "select * from glob('{home}/*')",
        "select * from read_csv('/etc/passwd')",
        "select * from query('select * from read_text(''/etc/passwd'')')",
        "select * from json_execute_serialized_sql(json_serialize_sql('select * from read_text(''/etc/passwd'')'))",
        "select * from read_csv('https://shop.example/a.csv')",
        "from read_duckdb('{home}/airflow/airflow.db')",
        "select * from enable_profiling(save_location := '{home}/profile.json')",
    ],
)
def test_a_query_reaches_no_other_file_and_no_setting(home, sql):
    with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException), match=r"disabled by|been locked"):
        query(home, sql.replace("{home}", str(home).replace("'", "''")))


def test_a_variable_of_the_program_is_no_table(home):
    secret = pa.table({"key": ["the key of user ids"]})
    with open_tables(home) as connection, pytest.raises(duckdb.CatalogException):
        connection.sql("select * from secret")
    assert secret.num_rows == 1
