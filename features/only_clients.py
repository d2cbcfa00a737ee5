"""Settings of which nothing but the clients' names can be read: what is made of them follows from those alone."""

from __future__ import annotations

from collections.abc import Iterable

from arrears.settings import Settings


class OnlyClients(Settings):
    """Settings whose every other part raises, so that nothing is read of them unnoticed.

    Examples
    --------
    >>> list(only_clients(["bank"]).clients)
    ['bank']
    >>> only_clients(["bank"]).portfolio
    Traceback (most recent call last):
    TypeError: 'portfolio' was asked of settings that hold nothing but the clients' names
    """

    def __getattribute__(self, name: str) -> object:
        """The clients, by whose names alone anybody may go."""
        if name == "clients" or name.startswith("__"):
            return super().__getattribute__(name)
        message = f"{name!r} was asked of settings that hold nothing but the clients' names"
        raise TypeError(message)


def only_clients(names: Iterable[str]) -> Settings:
    """Settings that hold the names of clients, each with a section that says nothing."""
    return OnlyClients.model_construct(clients={name: {} for name in names})
