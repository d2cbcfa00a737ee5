"""Roll matrices under the name that training knows them by; the night and the console count the same moves."""

from arrears.roll_rates import (
    RollRates,
    between,
    bucket_counts,
    example_statuses,
    monthly,
    moves,
    pooled,
    settled_by,
)

__all__ = ["RollRates", "between", "bucket_counts", "example_statuses", "monthly", "moves", "pooled", "settled_by"]
