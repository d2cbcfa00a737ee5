"""Scores and their reasons: which champions serve, what they say of accounts, and how it is told."""
