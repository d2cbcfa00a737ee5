"""What was known about an account on a day."""

# Before any other module of the room, so that the code that is read on disk is the code that will be imported.
from features import kept_text

__all__ = ["kept_text"]
