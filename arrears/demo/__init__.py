"""The built-in portfolio: 30,000 real card accounts, April to September 2005, shipped with the package."""

from arrears.demo.portfolio import NAME, default_next_month, write_demo

__all__ = ["NAME", "default_next_month", "write_demo"]
