"""Secrets in settings are refused without being said."""

import pytest

from pipelines.errors import SettingsError
from pipelines.settings.load import check_settings, load_settings

SECRET = "hunter2/+x"
ASIDE = "hunter2"  # a part of it, which no sentence may hold either


@pytest.mark.parametrize(
    ("section", "key", "value", "instead"),
    [
        ("mlflow", "tracking_uri", f"https://ann:{SECRET}@mlflow.example", "MLFLOW_TRACKING_PASSWORD"),
        ("mlflow", "tracking_uri", f"postgresql://ann:{SECRET}@db.example/mlflow", "PGPASSWORD"),
        ("mlflow", "tracking_uri", f"https://{ASIDE}@mlflow.example", "MLFLOW_TRACKING_USERNAME"),
        ("texts", "generator", f"https://:{SECRET}@models.example/v1", "NIGHTSHELF_TEXTS_KEY"),
        ("texts", "generator", f"https://models.example/v1?api_key={SECRET}", "NIGHTSHELF_TEXTS_KEY"),
        ("releases", "also_to", f"s3://AKIA:{SECRET}@bucket/shop", "AWS_SECRET_ACCESS_KEY"),
        ("releases", "also_to", f"s3://bucket/shop?secret_key={SECRET}", "AWS_SECRET_ACCESS_KEY"),
        ("pages", "address", f"https://ann:{SECRET}@pages.example", "environment"),
        ("spark", "master", f"spark://ann:{SECRET}@spark.example:7077", "spark-defaults.conf"),
    ],
)
def test_an_address_with_a_secret_is_refused_in_the_file_and_in_the_environment(tmp_path, section, key, value, instead):
    (tmp_path / "nightshelf.toml").write_text("")
    environ = {f"NIGHTSHELF__{section}__{key}".upper(): value}
    for load in (lambda: check_settings({section: {key: value}}), lambda: load_settings(tmp_path, environ)):
        with pytest.raises(SettingsError, match=rf"\[{section}\] {key} holds a secret.*{instead}") as refused:
            load()
        assert ASIDE not in str(refused.value)


@pytest.mark.parametrize(
    "path",
    [
        f"s3://AKIA:{SECRET}@bucket/*.csv",
        f"s3://bucket/*.csv?secret_key={SECRET}",
        f"abfss://files@shop.dfs.core.windows.net/?client_secret={SECRET}",
        f"https://shop.example/e.csv?sv=1&sig={SECRET}",
    ],
)
def test_credentials_in_the_address_of_a_source_are_refused(path):
    with pytest.raises(
        SettingsError, match=r"\[sources.events\] path holds a secret.*AWS_SECRET_ACCESS_KEY"
    ) as refused:
        check_settings({"sources": {"events": {"path": path}}})
    assert ASIDE not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spark.hadoop.fs.s3a.secret.key", SECRET),
        ("spark.hadoop.fs.s3a.access.key", SECRET),
        ("spark.hadoop.fs.azure.account.key.shop.dfs.core.windows.net", SECRET),
        ("spark.ssl.keyPassword", SECRET),
        ("spark.executor.extraJavaOptions", f"-Djavax.net.ssl.trustStorePassword={SECRET}"),
        ("spark.hadoop.javax.jdo.option.ConnectionURL", f"jdbc:postgresql://db/hive?password={SECRET}"),
    ],
)
def test_a_property_of_spark_with_a_secret_is_refused_with_no_other_value_said(name, value):
    conf = {name: value, "spark.sql.ansi.enabled": "false"}  # which is wrong, too, and whose sentence shows all values
    with pytest.raises(SettingsError, match=r"\[spark.conf\] .* holds a secret.*spark-defaults.conf") as refused:
        check_settings({"spark": {"conf": conf}})
    assert ASIDE not in str(refused.value)


def test_addresses_and_properties_without_a_secret_are_allowed():
    check_settings(
        {
            "mlflow": {"tracking_uri": "postgresql://ann@db.example:5432/mlflow"},
            "texts": {"generator": "http://models:8000/v1"},
            "sources": {
                "events": {"path": "abfss://files@shop.dfs.core.windows.net/2025@x/*.csv"},
                "reviews": {"path": "s3://bucket/*.csv?region=eu-central-1&endpoint_override=minio:9000"},
                "products": {"path": "hdfs://ann@namenode:8020/*.csv", "derive": {"brand": "split(url, '&key=')[1]"}},
            },
            "spark": {"conf": {"spark.hadoop.fs.s3a.aws.credentials.provider": "org.example.Provider"}},
        }
    )
