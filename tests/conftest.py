"""Fixtures that every kind of test shares. Owners of rooms keep their own fixtures beside their tests."""
