"""What the desk need not ask twice: a night's own facts, who can do what, the lake's fingerprint."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from arrears.lake import Lake
from arrears.policy.tightened import limits_of_house
from arrears.queues.desk.claim import Pools
from arrears.queues.desk.team import Member
from arrears.queues.next.hours import DeskHours, hours_of
from arrears.settings import Settings

_NIGHT = "SELECT lake_fingerprint, limits_on FROM nights WHERE night_id = %(night)s"
_ABOUT = timedelta(weeks=4)
_ABILITIES = ("languages", "licences", "clients", "products", "territories", "skills")


@dataclass(frozen=True)
class NightFacts:
    """What a night's verdicts rest on; it never changes."""

    lake_fingerprint: str
    limits_on: date


@dataclass
class DeskMemory:
    """Kept for as long as it holds: nights for ever, the rest until a load changes the lake."""

    pools: Pools = field(default_factory=Pools)
    _nights: dict[int, NightFacts] = field(default_factory=dict)
    _same_limits: dict[tuple[date, date], bool] = field(default_factory=dict)
    _fingerprint: tuple[Lake, str] | None = None
    _team: tuple[str, dict[str, Member] | None] | None = None
    _hours: tuple[tuple[str, date, str], DeskHours] | None = None

    def night(self, connection: Connection, night_id: int) -> NightFacts:
        """What a night read, and by which limits it judged."""
        if night_id not in self._nights:
            self._nights[night_id] = NightFacts(*connection.exec_driver_sql(_NIGHT, {"night": night_id}).one())
        return self._nights[night_id]

    def same_limits(self, one: date, other: date, settings: Settings) -> bool:
        """Whether the limits of conduct are the same on two days; a settings' change comes by a load of its own."""
        if (one, other) not in self._same_limits:
            self._same_limits[one, other] = limits_of_house(settings.conduct).same_on(one, other)
        return self._same_limits[one, other]

    def fingerprint(self, lake: Lake) -> str:
        """The lake's fingerprint, worked out once for each time it is opened."""
        if self._fingerprint is None or self._fingerprint[0] is not lake:
            self._fingerprint = (lake, lake.fingerprint)
        return self._fingerprint[1]

    def member(self, lake: Lake, collector_id: str) -> Member:
        """A collector with what the lake says they can do.

        Where the lake has no table of collectors, whatever an item asks for counts as there: nobody could take it else.
        """
        team = self.team(lake)
        if team is None:
            return Member(collector_id, languages=None, licences=None, skills=None)
        return team.get(collector_id, Member(collector_id))

    def team(self, lake: Lake) -> dict[str, Member] | None:
        """Every collector by id; None where the lake has no such table."""
        fingerprint = self.fingerprint(lake) if lake.exists() else ""
        if self._team is None or self._team[0] != fingerprint:
            self._team = (fingerprint, _read_team(lake))
        return self._team[1]

    def hours(self, lake: Lake, settings: Settings, on: date) -> DeskHours:
        """When the desk works, by the shifts of the weeks about a day; without such a table, as the settings say."""
        key = (self.fingerprint(lake) if lake.exists() else "", on, settings.portfolio.zone)
        if self._hours is None or self._hours[0] != key:
            self._hours = (key, hours_of(_read_shifts(lake, on), settings))
        return self._hours[1]

    def has_skill(self, lake: Lake, skill: str) -> bool:
        """Whether anybody has a skill."""
        team = self.team(lake)
        return team is not None and any(skill in (member.skills or ()) for member in team.values())


def _read_team(lake: Lake) -> dict[str, Member] | None:
    if not lake.exists() or "collectors" not in lake.tables:
        return None
    has = lake.columns("collectors")
    columns = ["collector_id", *(name for name in ("name", "team") if name in has)]
    columns += [name for name in _ABILITIES if name in has]
    with lake.connect() as con:
        sql = f"SELECT {', '.join(columns)} FROM collectors WHERE known_until IS NULL AND NOT deleted"  # noqa: S608 - our own names
        rows = [dict(zip(columns, row, strict=True)) for row in con.execute(sql).fetchall()]
    return {str(row["collector_id"]): _member(row) for row in rows}


def _read_shifts(lake: Lake, on: date) -> list[tuple[datetime, datetime]]:
    if not lake.exists() or "shifts" not in lake.tables:
        return []
    first, last = on - _ABOUT, on + _ABOUT
    with lake.connect() as con:
        sql = (
            "SELECT starts_at, ends_at FROM shifts"
            " WHERE known_until IS NULL AND NOT deleted AND starts_at BETWEEN ?::DATE AND ?::DATE"
        )
        rows = con.execute(sql, [first, last]).to_arrow_table().to_pylist()
    return [(row["starts_at"], row["ends_at"]) for row in rows]


def _member(row: dict[str, object]) -> Member:
    told = {name: value for name, value in row.items() if value is not None}
    lists = {name: tuple(value) for name, value in told.items() if name in _ABILITIES and isinstance(value, list)}
    named = {name: str(value) for name, value in told.items() if name not in _ABILITIES}
    return Member(**named, **lists, listed=True)  # type: ignore[arg-type]  # columns of the contract, each of its kind
