"""What a strategy would have earned, from a log of choices that were made with known probabilities."""
