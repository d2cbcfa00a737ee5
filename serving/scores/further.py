"""Models that make a night better and that none needs: how likely an attempt reaches somebody, and what a call adds.

Without a champion the client's setting answers for the first and value at risk for the second; a night records which of
them were asked, with the version, or why one did not answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from arrears.policy.columns import Numbers
from arrears.policy.forbidden import NO_APPROVALS, Approvals
from arrears.queues.added import Added, nothing_told
from arrears.queues.strategy import Strategy
from arrears.queues.value import Worth, has_next_bucket
from models.contact import per_attempt
from models.registry import Registry
from models.uplift import added
from serving.gate.book import Book
from serving.scores.champion import FURTHER, champion_on
from serving.scores.scoring import Champion

CONTACT, UPLIFT = FURTHER


def further_on(
    registry: Registry,
    as_of: date,
    strategy: Strategy,
    approvals: Approvals = NO_APPROVALS,
    *,
    arms: Iterable[Strategy] = (),
) -> dict[str, Champion]:
    """What else answers on a day; what a call adds is asked only where a strategy reads it.

    Parameters
    ----------
    arms : strategies of tests that run beside it.
    """
    asked = FURTHER if any(each.reads_effect for each in (strategy, *arms)) else (CONTACT,)
    return {name: champion_on(registry, name, as_of, approvals) for name in asked}


def recorded(further: Mapping[str, Champion]) -> dict[str, dict[str, str | None]]:
    """As a night keeps it: by model, the version that answered, or why none did."""
    return {
        name: {"version": each.loaded.version if each.loaded else None, "because": each.because}
        for name, each in further.items()
    }


def further_of(registry: Registry, told: Mapping[str, Mapping[str, Any]]) -> dict[str, Champion]:
    """What answered in a night, from what it recorded.

    Raises
    ------
    WrongUse : a version that it names is gone.
    """
    return {
        name: Champion(name, registry.load(name, each["version"]) if each["version"] else None, each["because"])
        for name, each in told.items()
    }


def right_party_share(book: Book, contact: Champion | None) -> Numbers:
    """(n,) the chance that an attempt reaches a liable party: the model's for each account, else the client's."""
    if contact is None or contact.loaded is None:
        return book.of_client(lambda chosen, _: chosen.value.right_party_share)
    artifact = contact.loaded.artifact
    return per_attempt(artifact, artifact.matrix(_columns(book), len(book)))


def adds_of(book: Book, worth: Worth, uplift: Champion | None) -> Added:
    """What a call adds to each account, where a champion tells."""
    if uplift is None or uplift.loaded is None:
        return nothing_told(len(book))
    artifact = uplift.loaded.artifact
    x = artifact.matrix(_columns(book), len(book))
    return added(artifact, x, client=book.client, currency=book.currency, can_roll=has_next_bucket(worth))


def _columns(book: Book) -> dict[str, Numbers]:
    return {name: book.x[:, place] for place, name in enumerate(book.names)}
