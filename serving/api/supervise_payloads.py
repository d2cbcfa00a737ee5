"""What a manager's programs send and get: acts on the queues, the team's day, the log of decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from arrears.queues.supervise.acts import LONGEST, MOST_RAISED
from arrears.queues.supervise.chosen import Chosen, Filter

Because = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$")]
Client = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$", description="The client.")]
Group = Annotated[
    str,
    Field(max_length=200, pattern=r"^[^\x00]*$", description="The key of client, currency and side of charge-off."),
]
Word = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
ItemId = Annotated[int, Field(ge=1, le=2**63 - 1)]

MOST_ITEMS = 10_000


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ItemFilter(_Payload):
    """What open items have in common; a part left out may be anything."""

    lane: Word | None = None
    bucket: Word | None = None
    client: Client | None = None
    work_group: Group | None = None
    collector: Annotated[Word | None, Field(description="On whose list; `team`: on nobody's.")] = None
    standing: Literal["ready", "waiting"] | None = None
    search: Annotated[Word | None, Field(description="The beginning of a debtor's or account's id.")] = None


class _OnItems(_Payload):
    items: Annotated[tuple[ItemId, ...] | None, Field(max_length=MOST_ITEMS)] = None
    filter: ItemFilter | None = None
    most: Annotated[
        int | None, Field(ge=1, le=10**9, description="Of the filter's, the first so many as they are worked.")
    ] = None
    because: Because

    @model_validator(mode="after")
    def _names_items_or_a_filter(self) -> _OnItems:
        if (self.items is None) == (self.filter is None):
            message = "name items or a filter, not both"
            raise ValueError(message)
        return self

    def chosen(self) -> Chosen:
        """The items that are meant.

        Raises
        ------
        WrongUse : the filter fits everything.
        """
        fits = None if self.filter is None else Filter(**self.filter.model_dump())
        return Chosen(items=self.items, fits=fits, most=self.most)


class Reassignment(_OnItems):
    """Items and whose list they go on; `to` null: the team's."""

    to: Word | None


class PuttingOff(_OnItems):
    """Items and the day before which nobody claims them."""

    until: date


class Move(_Payload):
    """How far up (above 0) or down an item goes; 0: where the night put it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    raised: Annotated[int, Field(alias="raise", ge=-MOST_RAISED, le=MOST_RAISED)]
    because: Because


class Pausing(_Payload):
    """Why a lane stops or goes on, and of which client; null: of every client."""

    because: Because
    client: Client | None = None
    work_group: Annotated[Client | None, Field(deprecated="Say client: a pause is of all its work groups.")] = None

    @model_validator(mode="after")
    def _names_one_client(self) -> Pausing:
        if self.client is not None and "work_group" in self.model_fields_set:
            message = "name the client once"
            raise ValueError(message)
        return self

    @property
    def of_client(self) -> str | None:
        """The client that is meant, by whichever name; None: every one."""
        older = self.__dict__["work_group"]  # past the warning, which is for programs that send it
        return older if self.client is None else self.client


class AbsenceNote(_Payload):
    """Days on which a collector is away, both counted, and who works the list; null: the team."""

    from_on: date
    to_on: date
    substitute: Word | None = None
    because: Because


class Reason(_Payload):
    """Why."""

    because: Because


class Acted(BaseModel):
    """What became of an act: its id, by which it is undone, and its counts."""

    model_config = ConfigDict(frozen=True)

    act: int
    items: Annotated[int, Field(description="Changed.")]
    same: Annotated[int, Field(description="Were so already.")]
    unfit: Annotated[int, Field(description="May not be worked by whom they were meant for.")]
    gone: Annotated[int, Field(description="Claimed, worked or moved on meanwhile.")]


class AwaySpan(BaseModel):
    """An absence that stands."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    absence_id: int
    collector: str
    from_on: date
    to_on: date
    substitute: Annotated[str | None, Field(description="Who works the list; null: the team.")]


class RightPartyRate(BaseModel):
    """A rate on the team's mix of lane, bucket and hour, with the interval that holds it nine times in ten."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    tries: int
    reached: int
    expected: Annotated[float, Field(description="Reached by the team's rates in the same mix.")]
    crude: float
    rate: float
    low: float
    high: float


class TeamMember(BaseModel):
    """One collector's day."""

    model_config = ConfigDict(frozen=True)

    collector: str
    name: str
    team: str
    minutes_today: Annotated[float, Field(description="Working minutes of the whole day, absences taken off.")]
    ready: Annotated[int, Field(description="Items on the list that may be claimed now.")]
    waiting: int
    value_minor: Annotated[dict[str, float], Field(description="Of the list, by currency.")]
    served: int
    outcomes: int
    right_party: int
    promises: int
    promised_minor: dict[str, int]
    minutes_worked: float
    skips: int
    rate: RightPartyRate | None
    away: AwaySpan | None


class TeamDay(BaseModel):
    """The team's day so far."""

    model_config = ConfigDict(frozen=True)

    day: date
    rate_days: Annotated[int, Field(description="Days of outcomes behind the rates.")]
    collectors: list[TeamMember]
    absences: Annotated[list[AwaySpan], Field(description="That stand from today on.")]


class Decision(BaseModel):
    """One choice, with the chance with which it was made."""

    model_config = ConfigDict(frozen=True)

    decision_id: int
    at: datetime
    night_id: int
    work_item_id: int | None
    debtor_id: str
    client: str
    work_group: str
    lane: str
    action: str
    is_eligible: bool
    because: list[str]
    probability: float
    explores: bool
    collector: str | None
    rank: int | None
    strategy: str
    propensity_version: str
    roll_rate_version: str
    experiment: str | None
    arm: str | None


class Decisions(BaseModel):
    """A page of the log, newest first."""

    model_config = ConfigDict(frozen=True)

    decisions: list[Decision]
    after: Annotated[str | None, Field(description="Cursor of the next page; null on the last.")]
