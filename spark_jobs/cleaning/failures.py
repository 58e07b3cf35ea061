"""Failures of Spark that are the shop's to mend, said in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from pipelines.errors import SettingsError, SourceError

READ_FAILURE = re.compile(r"\[FAILED_READ_FILE\S*\][^\n]*? reading file (?:file:/*(?=/))?(\S+?)\.?\s")
WRONG_PATTERN = re.compile(r"\[INVALID_(?:PARAMETER_VALUE\.PATTERN|DATETIME_PATTERN\S*)\] ([^\n]*?)\.? SQLSTATE")


@contextmanager
def failures_explained() -> Iterator[None]:
    """A file that cannot be read becomes a SourceError that names it, a wrong pattern a SettingsError."""
    try:
        yield
    except (PySparkException, Py4JJavaError) as failed:
        if found := READ_FAILURE.search(str(failed)):
            raise SourceError(f"{found[1]} cannot be read to its end. Deliver it again, or move it away.") from failed
        if found := WRONG_PATTERN.search(str(failed)):
            fix = "Correct time_format in [sources], or test_users or not_products in [cleaning]."
            raise SettingsError(f"a pattern of the settings cannot be read: {found[1]}. {fix}") from failed
        raise
