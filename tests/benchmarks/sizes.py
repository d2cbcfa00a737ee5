"""How large a benchmark is: as its claim asks, or so small that it only tells whether it still runs (`make smoke`)."""

import os
from typing import TypeVar

T = TypeVar("T")
SMALL = os.environ.get("ARREARS_BENCH") == "small"


def sized(full: T, small: T) -> T:
    """What a benchmark works on."""
    return small if SMALL else full
