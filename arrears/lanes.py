"""What a work item is for: its lane."""

LANES = (
    "pay",
    "callback",
    "promise",
    "dispute",
    "skip_trace",
    "hardship",
    "inbound",
    "payer",
    "attorney",
    "estate",
    "specialist",
    "legal_review",
    "placement_review",
)
"""Every lane there is."""
