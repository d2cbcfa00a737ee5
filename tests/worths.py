"""One account's worth, with every number a test may want to change."""

import numpy as np

from arrears.queues.value import Worth

LOSS = np.array([0.01, 0.05, 0.20, 0.40, 0.55, 0.65, 0.75, 0.88])


def worth(rows: int = 1, **columns) -> Worth:
    next_bucket = np.zeros(8)
    next_bucket[[0, 2, 3]] = 0.3, 0.2, 0.5
    given = {
        "bucket_rank": 2,
        "balance_minor": 100_000.0,
        "past_due_minor": np.nan,
        "is_agency": False,
        "propensity": 0.4,
        "p_roll": 0.5,
        "days_to_roll": 7.0,
        "right_party_share": 0.1,
        "attempts_per_week": 2.0,
        "attempt_minutes": 1.5,
        "talk_minutes": 6.0,
        "minute_cost_minor": 60.0,
        "fee_share": 0.25,
    } | columns
    return Worth(
        next_bucket=np.tile(next_bucket, (rows, 1)), **{name: np.array([value] * rows) for name, value in given.items()}
    )
