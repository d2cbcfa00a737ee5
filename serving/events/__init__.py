"""What becomes known between loads, and what open items do about it within a second."""
