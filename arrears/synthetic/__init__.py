"""Worlds drawn by a seed, whose truth is known."""
