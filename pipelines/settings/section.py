"""What all sections of the settings have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the settings file. An unknown key is an error; values cannot be changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
