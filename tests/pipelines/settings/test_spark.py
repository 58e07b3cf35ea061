"""Properties of Spark that decide what tables hold cannot be changed by settings."""

from __future__ import annotations

import pytest

from pipelines.errors import SettingsError
from pipelines.settings.load import check_settings
from pipelines.settings.spark import FIXED_CONF


@pytest.mark.parametrize(
    ("name", "value"), [("spark.sql.session.timeZone", "Europe/Berlin"), ("spark.sql.ansi.enabled", "false")]
)
def test_a_fixed_property_of_another_value_is_refused(name, value):
    with pytest.raises(SettingsError, match=rf"(?s)conf.*{name} is '{value}', but every night runs with"):
        check_settings({"spark": {"conf": {name: value}}})


def test_other_properties_and_the_fixed_values_are_kept():
    conf = {"spark.executor.memory": "4g"} | FIXED_CONF
    assert check_settings({"spark": {"conf": conf}}).spark.conf == conf
