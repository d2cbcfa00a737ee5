"""The night: from the lake to lists of work, recorded so that it can be rebuilt."""
