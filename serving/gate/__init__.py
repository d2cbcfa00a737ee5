"""The book of a day, what the rules read of it, and the conduct gate asked of it for a night or a moment."""
