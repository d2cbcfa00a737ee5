"""Coroutines run from a test, on a loop and thread of their own: a browser may hold this thread's."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio.from_thread import start_blocking_portal

Answer = TypeVar("Answer")


def on_a_loop(ask: Callable[..., Awaitable[Answer]], *given: object) -> Answer:
    """What the coroutine function answers."""
    with start_blocking_portal() as portal:
        return portal.call(ask, *given)
