"""Something that takes seconds to work out, kept until what it came from changes.

Nobody waits for it: whoever asks gets what there is, and a thread works out the rest.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_log = logging.getLogger("arrears.kept")

Made = TypeVar("Made")


@dataclass
class Kept(Generic[Made]):
    """A result by the key of what it came from.

    Parameters
    ----------
    name : for the log.
    key : changes when the result has to be made anew.
    make : makes it.

    Examples
    --------
    >>> kept = Kept("sums", key=lambda: "today", make=lambda: 1 + 1)
    >>> kept.now()
    2
    """

    name: str
    key: Callable[[], str]
    make: Callable[[], Made]
    _made: tuple[str, Made] | None = None
    _failed: str | None = None
    _working: threading.Lock = field(default_factory=threading.Lock)

    def ask(self) -> Made | None:
        """The result if it is at hand; else None, and a thread begins to make it."""
        key = self.key()
        if self._made is not None and self._made[0] == key:
            return self._made[1]
        if self._failed != key and not self._working.locked():
            threading.Thread(target=self._work, name=f"make {self.name}", daemon=True).start()
        return None

    def now(self) -> Made | None:
        """The result, waited for; None where it could not be made."""
        found = self.ask()
        if found is None:
            with self._working:
                pass
            self._work()
        return self._made[1] if self._made is not None else None

    def latest(self) -> Made | None:
        """What was made last, while something newer is being made; waited for only the first time."""
        return self.ask() or (self._made[1] if self._made is not None else self.now())

    @property
    def failed(self) -> bool:
        """True where the last try came to nothing: asking again would, too."""
        return self._failed == self.key()

    def _work(self) -> None:
        with self._working:
            key = self.key()
            if self._made is not None and self._made[0] == key:
                return
            try:
                self._made = (key, self.make())
            except Exception as problem:  # noqa: BLE001 - a page shows what there is, whatever broke
                self._failed = key
                _log.warning("kept.failed name=%s error=%s", self.name, type(problem).__name__)
