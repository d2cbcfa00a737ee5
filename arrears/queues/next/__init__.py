"""What happens next: after an outcome, with promises as their days pass, and when a collector skips."""
