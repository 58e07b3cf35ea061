"""The key of user ids, where it is kept as an Airflow connection."""

from __future__ import annotations

import os

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from pipelines.errors import SettingsError
from pipelines.night.user_key import VARIABLE

CONNECTION = "nightshelf_user_key"


def take_key_from_connection() -> None:
    """Put the password of the connection `nightshelf_user_key`, if there is one, where all steps look for the key.

    A key that stands in the environment already goes first. Raises SettingsError where the connection has no password.
    """
    if os.environ.get(VARIABLE, "").strip():
        return
    try:
        connection = BaseHook.get_connection(CONNECTION)
    except AirflowNotFoundException:
        return
    if not (key := (connection.password or "").strip()):
        raise SettingsError(f'the Airflow connection "{CONNECTION}" has no password: put the key of user ids there.')
    os.environ[VARIABLE] = key
