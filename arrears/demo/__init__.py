"""The built-in real portfolio: thirty thousand card accounts, turned into source tables."""
