"""What a past threshold of a strategy did to the cash: regression discontinuity, and every reason not to believe it."""
