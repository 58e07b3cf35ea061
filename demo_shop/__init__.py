"""A believable small shop, dirty in the ways real shops are, with the truth about it kept aside."""

from demo_shop.write import write_demo_shop

__all__ = ["write_demo_shop"]
