"""Lists and briefs that leave the house, judged at the moment at which they leave."""
