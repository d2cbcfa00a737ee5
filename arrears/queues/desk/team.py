"""Who may take which item: what a collector can do, and what an item asks of its collector."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Member:
    """A collector as the desk knows them.

    Attributes
    ----------
    languages, licences, skills : what an item may ask for; an item that asks for another is not theirs. None: nobody
        wrote down what collectors can do, so whatever is asked for counts as there.
    clients, products, territories : None: all.
    listed : stands in the table `collectors`.

    Examples
    --------
    >>> anybody, clerk = Member("C1"), Member("C2", languages=("es",), clients=("bank",))
    >>> clerk.may_take(client="bank", language="es"), clerk.may_take(client="shop")
    (True, False)
    >>> anybody.may_take(client="shop"), anybody.may_take(client="shop", language="es")
    (True, False)
    """

    collector_id: str
    name: str = ""
    team: str = ""
    languages: tuple[str, ...] | None = ()
    licences: tuple[str, ...] | None = ()
    clients: tuple[str, ...] | None = None
    products: tuple[str, ...] | None = None
    territories: tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = ()
    listed: bool = False

    def may_take(
        self,
        *,
        client: str,
        language: str | None = None,
        region: str | None = None,
        product: str | None = None,
        territory: str | None = None,
        skill: str | None = None,
    ) -> bool:
        """Whether the collector may work an item that asks for these; the same as `MAY_TAKE` says in SQL."""
        asked = (
            (language, self.languages),
            (region, self.licences),
            (skill, self.skills),
            (client or None, self.clients),
            (product, self.products),
            (territory, self.territories),
        )
        return all(wanted is None or has is None or wanted in has for wanted, has in asked)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the desk's statements ask of a member, by placeholder."""
        abilities = ("languages", "licences", "skills", "clients", "products", "territories")
        told = {name: getattr(self, name) for name in abilities}
        return {"me": self.collector_id} | {name: has if has is None else list(has) for name, has in told.items()}


MAY_TAKE = """
    (%(languages)s::text[] IS NULL OR i.language IS NULL OR i.language = ANY (%(languages)s))
    AND (%(licences)s::text[] IS NULL OR i.region IS NULL OR i.region = ANY (%(licences)s))
    AND (%(skills)s::text[] IS NULL OR i.skill IS NULL OR i.skill = ANY (%(skills)s))
    AND (%(clients)s::text[] IS NULL OR i.client = '' OR i.client = ANY (%(clients)s))
    AND (%(products)s::text[] IS NULL OR i.product IS NULL OR i.product = ANY (%(products)s))
    AND (%(territories)s::text[] IS NULL OR i.territory IS NULL OR i.territory = ANY (%(territories)s))
"""
"""Of a row `i` that names what an item asks for: the member of `Member.values` may take it."""
