"""Strategies at work in a world with known truth, day by day: the same morning, the same minutes, the same luck."""
