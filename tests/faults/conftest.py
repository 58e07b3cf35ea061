"""Shared with other tests: the small encoder, and a home with a night that is to be published."""

from tests.pipelines.publish.conftest import copy_of, prepared  # noqa: F401
from tests.training.conftest import toy_base  # noqa: F401
