"""The key of user ids from an Airflow connection."""

from __future__ import annotations

import os

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from pipelines.errors import SettingsError
from pipelines.night.user_key import VARIABLE

CONNECTION = "nightshelf_user_key"


def export_connection_key() -> None:
    """Set NIGHTSHELF_USER_KEY, which all steps read, to the password of the connection `nightshelf_user_key`.

    Does nothing where the variable is set already or there is no such connection. Raises SettingsError where the
    connection has no password.
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
