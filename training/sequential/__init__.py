"""What one more call is worth when the days after it count: values learned backward over logged decision moments."""
