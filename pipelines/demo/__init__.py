"""A believable small shop, dirty in the ways real shops are, with the truth about it kept aside."""

from pipelines.demo.write import write_demo_shop

__all__ = ["write_demo_shop"]
