"""One act at the desk is one transaction, and by its Idempotency-Key it is done once however often it is posted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from arrears.queues.desk.idempotency import Answer, answered, fingerprint, taken
from serving.deployment import Deployment


@dataclass
class Act:
    """An act that is about to be done, in its transaction."""

    connection: Connection
    person: str
    key: str | None
    asked: str
    now: datetime

    def by(self, act: Callable[[Connection], Answer]) -> Answer:
        """Do it, or tell what was answered where it was done before."""
        if self.key is None:
            return act(self.connection)
        before = taken(self.connection, person=self.person, key=self.key, asked=self.asked, at=self.now)
        if before is not None:
            return before
        answer = act(self.connection)
        answered(self.connection, person=self.person, key=self.key, answer=answer)
        return answer


@contextmanager
def once(deployment: Deployment, person: str, key: str | None, asked: Any, now: datetime) -> Iterator[Act]:  # noqa: ANN401 - whatever JSON holds
    """The transaction of an act; committed at the end of the block.

    Parameters
    ----------
    key : an Idempotency-Key of the person's; None: it is done as often as it is asked.
    asked : what is asked, whole: the same key for something else is refused.
    """
    with deployment.engine.begin() as connection:
        yield Act(connection, person, key, "" if key is None else fingerprint("desk", None, asked), now)
