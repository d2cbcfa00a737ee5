"""Days to allocate: a word or a row at a time for a claim, or a whole team and its book for a measurement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from arrears.queues.allocation.problem import Team, Wanted

NEVER = np.datetime64("NaT", "us")
NINE = np.datetime64("2026-06-02T13", "h")  # 09:00 in New York
MAY = ("languages", "licences", "clients", "products", "territories", "skills")
ASKS = ("language", "region", "client", "product", "territory", "lane", "owner")


def hour(number: float) -> np.datetime64:
    """The instant so many hours after nine."""
    return NINE.astype("M8[us]") + np.timedelta64(int(number * 60), "m")


def team(*rows: Mapping[str, Any], blocks: int | None = None) -> Team:
    """Collectors C1, C2, ...; each row names `minutes` by hour and whatever sets differ from none."""
    width = blocks if blocks is not None else max((len(row["minutes"]) for row in rows), default=1)
    minutes = np.array([[*row["minutes"], *[0.0] * (width - len(row["minutes"]))] for row in rows], dtype=float)
    return Team(
        tuple(f"C{number + 1}" for number in range(len(rows))),
        **{name: tuple(frozenset(row.get(name, ())) for row in rows) for name in MAY},
        minutes=minutes.reshape(len(rows), width),
        starts=NINE + np.arange(width),
    )


def wanted(*rows: Mapping[str, Any]) -> Wanted:
    """Work items; each row names what differs from an item of five minutes that asks nothing."""

    def column(name: str, otherwise: Any, kind: Any) -> Any:
        return np.array([row.get(name, otherwise) for row in rows], dtype=kind)

    return Wanted(
        value=column("value", 1.0, float),
        minutes=column("minutes", 5.0, float),
        **{name: column(name, "", "U16") for name in ASKS},
        balance=column("balance", 0.0, float),
        opens_at=column("opens_at", NEVER, "M8[us]"),
        closes_at=column("closes_at", NEVER, "M8[us]"),
        must=column("must", False, bool),
        explores=column("explores", False, bool),
    )


KINDS: Sequence[Mapping[str, Iterable[str]]] = (
    {"languages": ["en"], "licences": ["US-NY", "US-FL"]},
    {"languages": ["en"], "licences": ["US-NY", "US-FL", "US-TX"]},
    {"languages": ["en"], "licences": ["US-TX", "US-CA"]},
    {"languages": ["en", "es"], "licences": ["US-NY", "US-FL"]},
    {"languages": ["en", "es"], "licences": ["US-TX", "US-CA"], "skills": ["specialist"]},
    {"languages": ["en"], "licences": ["US"], "skills": ["specialist", "high_balance"]},
    {"languages": ["en"], "licences": ["US-NY", "US-FL"], "clients": ["bank", "card"]},
    {"languages": ["es"], "licences": ["US"], "skills": ["specialist"]},
)
"""Eight skill groups of a team that works the United States."""


def a_day(items: int, collectors: int, *, blocks: int = 14, seed: int = 1, owned: float = 0.3) -> tuple[Team, Wanted]:
    """A team of eight skill groups and a book of four zones: early and late shifts, few evenings, a scarce language.

    Every collector has an hour's break of 30 minutes; a third of the debtors may only be called in the evening.
    """
    random = np.random.default_rng(seed)
    kinds = np.sort(np.r_[np.arange(len(KINDS)), random.integers(0, len(KINDS), max(collectors - len(KINDS), 0))])
    kinds = kinds[:collectors]
    shift = min(8, blocks)
    latest = blocks - shift
    begins = np.minimum(random.choice([0, 1, 2, 3, 6], len(kinds), p=[0.3, 0.3, 0.2, 0.15, 0.05]), latest)
    minutes = np.zeros((len(kinds), blocks))
    for row, first in enumerate(begins):
        minutes[row, first : first + shift] = 60.0
        minutes[row, first + shift // 2] = 30.0
    staff = team(
        *({**KINDS[kind], "minutes": list(worked)} for kind, worked in zip(kinds, minutes, strict=True)), blocks=blocks
    )
    place = random.choice(4, items, p=[0.4, 0.25, 0.2, 0.15])
    later = np.array([0, 0, 1, 3])[place]  # hours that the zone is behind
    evening = random.random(items) < 0.3
    length = np.maximum(blocks - 2, 1)
    opens = later + np.where(evening, min(7, blocks // 2), -1)
    closes = later + length - 1
    owner = np.char.add("C", random.integers(1, len(kinds) + 1, items).astype(str))
    return staff, Wanted(
        value=random.lognormal(3.0, 1.2, items),
        minutes=1.0 + np.round(random.lognormal(1.5, 0.5, items), 2),
        language=random.choice(["en", "es"], items, p=[0.96, 0.04]),
        region=np.array(["US-NY", "US-FL", "US-TX", "US-CA"])[place],
        client=random.choice(["bank", "card", "utility"], items, p=[0.5, 0.3, 0.2]),
        product=np.full(items, "loan"),
        territory=np.full(items, ""),
        lane=random.choice(["pay", "promise", "specialist"], items, p=[0.8, 0.12, 0.08]),
        balance=random.lognormal(7.0, 1.0, items),
        owner=np.where(random.random(items) < owned, owner, ""),
        opens_at=np.where(opens <= 0, NEVER, hour(0) + opens.astype("m8[h]")),
        closes_at=hour(0) + closes.astype("m8[h]"),
        must=np.zeros(items, dtype=bool),
        explores=np.zeros(items, dtype=bool),
    )
