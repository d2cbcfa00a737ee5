"""What became of the debtors of a champion/challenger test, written down day by day once it stands."""
