"""A made-up shop, dirty in the ways real shops are, with the truth about every row kept beside it."""

from demo_shop.write import write_demo_shop

__all__ = ["write_demo_shop"]
