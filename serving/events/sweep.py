"""A watch over the working day: each second leases that are over end, and open items follow what still waits."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import text

from arrears.events.unsettled import newest_unsettled
from arrears.state.reading import reading
from serving.desk.working import expire
from serving.events.settle import settle

if TYPE_CHECKING:
    from serving.deployment import Deployment

_log = logging.getLogger("arrears.sweep")

EVERY_SECONDS = 1.0
ONE_AT_A_TIME = 7_204_136
"""The database's lock under which a sweep runs: any number that nothing else locks on."""


@dataclass
class Sweep:
    """A thread that lets open items follow events.

    Of several processes one sweeps at a time; all of them may, so that no one's end leaves anything behind. What came
    since the last look is left to whoever posted it, and is told there what became of it.
    """

    deployment: Deployment
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _seen: int = 0

    def start(self) -> None:
        """Begin to sweep."""
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Sweep no more; comes back when the sweep at hand is over."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def once(self) -> int:
        """Sweep; how many debtors' items changed."""
        deployment = self.deployment
        if not deployment.lake.exists():
            return 0
        with reading(deployment.engine) as connection:
            ours = text("SELECT pg_try_advisory_lock(:key)")
            if not connection.execute(ours, {"key": ONE_AT_A_TIME}).scalar_one():
                return 0
            try:
                expire(deployment)
                seen, self._seen = self._seen, newest_unsettled(connection)
                return len(settle(deployment, newest=seen))
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ONE_AT_A_TIME})

    def _run(self) -> None:
        trouble = ""
        while not self._stopped.wait(EVERY_SECONDS):
            try:
                self.once()
            except Exception as problem:  # noqa: BLE001 - the next second tries again, whatever broke
                if type(problem).__name__ != trouble:  # told once, not each second of an outage
                    trouble = type(problem).__name__
                    _log.warning("sweep.failed error=%s", trouble)
            else:
                trouble = ""
