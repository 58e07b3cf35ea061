"""The table of products is named by its rows."""

import pytest

from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine import QUARANTINE
from spark_jobs.cleaning.catalogue import commit_products
from spark_jobs.engine import spark_schema

pytestmark = pytest.mark.slow


def product(name, title):
    return {"product_id": name, "title": title, "available": True, "text_hash": title, "aliases": [], "categories": []}


@pytest.fixture
def version(spark, tmp_path):
    """Commits products, and gives back their version; their files are compressed in the way that is named."""

    def committed(home, products, compression="zstd"):
        clean = spark.createDataFrame(products, spark_schema(PRODUCTS))
        refused = spark.createDataFrame([], spark_schema(QUARANTINE))
        before = spark.conf.get("spark.sql.parquet.compression.codec")
        spark.conf.set("spark.sql.parquet.compression.codec", compression)
        try:
            return commit_products(clean, refused, tmp_path / "building", tmp_path / home)
        finally:
            spark.conf.set("spark.sql.parquet.compression.codec", before)

    return committed


def test_the_same_products_have_the_same_version_whatever_the_bytes_of_their_files(version):
    """A JVM does not write the same bytes each time: here they differ by compression."""
    products = [product("mug", "Mug"), product("pot", "Pot")]
    assert version("a", products) == version("b", products[::-1], compression="snappy")
    assert version("a", products) != version("c", [product("mug", "Mug"), product("pot", "Tea pot")])
