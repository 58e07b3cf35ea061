"""Secrets among the settings: a night writes its settings down, so neither the file nor NIGHTSHELF__… may hold one.

They come from the environment of the process that needs them, by the names that the libraries themselves read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

# In an address: user:password@, any user of an HTTP server, or an option such as ?client_secret=.
IN_ADDRESS = re.compile(
    r"://[^\s@/?#:]*:[^\s@]*@|https?://[^\s@/?#]*@|://\S*[?&;](?:[\w.-]*(?:secret|password|passwd|token|signature|key)|sig)=",
    re.IGNORECASE,
)
# Names of Spark's properties with a secret, as Spark tells them (spark.redaction.regex), and those of Azure's accounts.
SPARK_PROPERTY = re.compile(r"secret|password|token|access[.]?key|account[.]?key", re.IGNORECASE)
JAVA_OPTION = re.compile(r"(?:secret|password|token)[\w.]*=", re.IGNORECASE)
INSTEAD = {
    "mlflow": "User and password of an MLflow server come from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
    "the password of a PostgreSQL database from PGPASSWORD or ~/.pgpass.",
    "sources": "Credentials of an object store come from its own variables, such as AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY.",
    "releases": "Credentials of an object store come from its own variables, such as AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY.",
    "texts": "The key of an endpoint comes from NIGHTSHELF_TEXTS_KEY.",
    "spark": "Put it into spark-defaults.conf in the folder SPARK_CONF_DIR, or core-site.xml in HADOOP_CONF_DIR.",
}


def secrets_in(tree: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each setting that holds a secret: its key and where the secret belongs, never its value."""
    for section, values in tree.items():
        for place, value in _texts(values, (section,)):
            if IN_ADDRESS.search(value) or (place[:2] == ("spark", "conf") and _in_spark(place[-1], value)):
                *path, key = place
                yield (
                    f"[{'.'.join(path)}] {key} holds a secret, and settings are written into the home. Leave it out. "
                    f"{INSTEAD.get(section, 'Secrets come from the environment.')}"
                )


def _texts(tree: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts of a tree, each with the keys that lead to it."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _texts(value, (*place, str(key)))
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value, place)
    elif isinstance(tree, str):
        yield place, tree


def _in_spark(name: str, value: str) -> bool:
    return bool(SPARK_PROPERTY.search(name) or JAVA_OPTION.search(value))
