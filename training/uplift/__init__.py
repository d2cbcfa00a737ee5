"""What a call adds: learners of the effect, how well they rank, and which ranking a segment should be worked by."""
