"""What a training tells whoever watches it: which step it is at, of how many, and which part of that step."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Somebody who watches a training."""

    def expect(self, steps: int) -> None:
        """So many more steps are ahead."""

    def step(self, what: str) -> None:
        """The next step begins; the one before it is over."""

    def part(self, what: str) -> None:
        """The step is now at this part of it."""


class Quiet:
    """Nobody watches."""

    def expect(self, steps: int) -> None:
        """Say nothing."""

    def step(self, what: str) -> None:
        """Say nothing."""

    def part(self, what: str) -> None:
        """Say nothing."""


QUIET = Quiet()
