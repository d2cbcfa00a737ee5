"""What was known about an account on a day."""
