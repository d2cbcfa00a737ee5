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
    languages, licences, skills : what an item may ask for; an item that asks for another is not theirs.
    clients, products, territories : None: all.

    Examples
    --------
    >>> anybody, clerk = Member("C1"), Member("C2", languages=("es",), clients=("bank",))
    >>> clerk.may_take(work_group="bank", language="es"), clerk.may_take(work_group="shop")
    (True, False)
    >>> anybody.may_take(work_group="shop"), anybody.may_take(work_group="shop", language="es")
    (True, False)
    """

    collector_id: str
    name: str = ""
    team: str = ""
    languages: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    clients: tuple[str, ...] | None = None
    products: tuple[str, ...] | None = None
    territories: tuple[str, ...] | None = None
    skills: tuple[str, ...] = ()

    def may_take(
        self,
        *,
        work_group: str,
        language: str | None = None,
        region: str | None = None,
        product: str | None = None,
        territory: str | None = None,
        skill: str | None = None,
    ) -> bool:
        """Whether the collector may work an item that asks for these; the same as `MAY_TAKE` says in SQL."""
        asked = ((language, self.languages), (region, self.licences), (skill, self.skills))
        limited = (
            (work_group or None, self.clients),
            (product, self.products),
            (territory, self.territories),
        )
        can = all(wanted is None or wanted in has for wanted, has in asked)
        return can and all(wanted is None or has is None or wanted in has for wanted, has in limited)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the desk's statements ask of a member, by placeholder."""
        return {
            "me": self.collector_id,
            "languages": list(self.languages),
            "licences": list(self.licences),
            "clients": None if self.clients is None else list(self.clients),
            "products": None if self.products is None else list(self.products),
            "territories": None if self.territories is None else list(self.territories),
            "skills": list(self.skills),
        }


MAY_TAKE = """
    (i.language IS NULL OR i.language = ANY (%(languages)s))
    AND (i.region IS NULL OR i.region = ANY (%(licences)s))
    AND (i.skill IS NULL OR i.skill = ANY (%(skills)s))
    AND (%(clients)s::text[] IS NULL OR coalesce(i.work_group, '') = '' OR i.work_group = ANY (%(clients)s))
    AND (%(products)s::text[] IS NULL OR i.product IS NULL OR i.product = ANY (%(products)s))
    AND (%(territories)s::text[] IS NULL OR i.territory IS NULL OR i.territory = ANY (%(territories)s))
"""
"""Of a row `i` that names what an item asks for: the member of `Member.values` may take it."""
