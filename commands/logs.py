"""Where a long-running command tells what happens: one line an event on stderr.

Lines hold names of events, ids and counts, never a person's data.
"""

from __future__ import annotations

import logging
import sys

OURS = "arrears"


def log_to_stderr() -> None:
    """Our own events from INFO on, everybody else's from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(logging.INFO)
