"""May we? Rules over columns, and the verdict they add up to."""
