"""A collector's day: claim, look-up, outcome and giving back, each one act in one transaction."""
