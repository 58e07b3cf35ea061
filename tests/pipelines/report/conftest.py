"""A small night for tests of its page."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small_night import SmallNight, build


@pytest.fixture
def small_night(tmp_path: Path) -> SmallNight:
    return build(tmp_path)


@pytest.fixture
def with_title(tmp_path: Path) -> Callable[[str], SmallNight]:
    return lambda title: build(tmp_path, title=title)
