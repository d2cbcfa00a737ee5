"""What the desk's programs send and get: claims, outcomes and what comes next, as the OpenAPI document describes them.

Money is in minor units of the item's currency, days are the debtor's own, moments carry their offset. No answer of the
desk names a score, an arm, a strategy or a probability: they are for those who rank, not for those who talk.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from arrears.queues.next.fields import FIELDS
from arrears.state.closed import LANES
from arrears.tables import TABLES
from serving.api.payloads import Id, Way

_CONTACTS = TABLES["contacts"]
MOST_ACCOUNTS = 200

Said = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Amount = Annotated[int, Field(gt=0, le=10**15)]


class _Among:
    """Takes the words of a closed list of the house, and says which they are where a word is none of them."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's own
        return core_schema.no_info_after_validator_function(self._checked, handler(kind))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self._words)}

    def _checked(self, word: str) -> str:
        if word not in self._words:
            # Named as Pydantic names a wrong Literal, so that it is told as one.
            raise PydanticCustomError("literal_error", "one of a list", {"expected": ", ".join(self._words)})
        return word


def _of_field(name: str) -> _Among:
    return _Among([value for value, _ in FIELDS[name].choices])


Lane = Annotated[str, _Among(LANES)]
Queue = Annotated[str, _Among(("next", *LANES))]
Disposition = Annotated[str, _Among(_CONTACTS.column("disposition").choices)]
Channel = Annotated[str, _Among(_CONTACTS.column("channel").choices)]
Connect = Annotated[str, _Among(_CONTACTS.column("connect").choices)]
Party = Annotated[str, _of_field("verified_party")]
Method = Annotated[str, _of_field("method")]
Form = Annotated[str, _of_field("form")]
Every = Annotated[str, _of_field("every")]
Chapter = Annotated[str, _of_field("chapter")]
ToldBy = Annotated[str, _of_field("told_by")]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class PromisePosted(_Sent):
    """What was promised."""

    amount_minor: Amount
    due_on: date
    method: Method


class ArrangementPosted(_Sent):
    """A plan: so many instalments of one amount, the first on a day."""

    amount_minor: Annotated[Amount, Field(description="Of each instalment.")]
    due_on: Annotated[date, Field(description="Of the first.")]
    instalment_count: Annotated[int, Field(ge=2, le=120)]
    every: Every
    method: Method


class LegalPosted(_Sent):
    """What a statement that the law hears asks: a dispute, a wish to stop, an attorney, a petition, a death."""

    form: Form | None = None
    whole: Annotated[bool | None, Field(description="All of it is disputed.")] = None
    amount_minor: Annotated[Amount | None, Field(description="The part disputed.")] = None
    submitted_on: date | None = None
    contact_name: Said | None = None
    contact_details: Said | None = None
    not_given: bool | None = None
    chapter: Chapter | None = None
    told_by: ToldBy | None = None
    happened_on: date | None = None
    opt_out_of: Channel | None = None


class OutcomePosted(_Sent):
    """What came of a contact; what a disposition asks is in `docs/reference/outcomes.md`."""

    disposition: Disposition
    at: Annotated[AwareDatetime | None, Field(description="When the contact ended; null: now.")] = None
    channel: Channel = "call"
    direction: Literal["out", "in"] = "out"
    connect: Annotated[Connect | None, Field(description="Null: what goes with the disposition.")] = None
    point_id: Id | None = None
    verified_party: Party | None = None
    conversation: bool | None = None
    debts_discussed: Annotated[list[Id], Field(default_factory=list, max_length=MOST_ACCOUNTS)]
    promise: PromisePosted | None = None
    arrangement: ArrangementPosted | None = None
    consent_to_call: Annotated[bool | None, Field(description="Agreed in this talk to be called again.")] = None
    replaces: Annotated[bool | None, Field(description="It comes in place of what was promised before.")] = None
    callback_at: AwareDatetime | None = None
    legal: LegalPosted | None = None
    language: Annotated[str | None, Field(pattern="^[a-zA-Z]{2,3}$")] = None
    shared_line: bool | None = None
    reason: Said | None = None
    talk_minutes: Annotated[float | None, Field(ge=0, le=1440)] = None
    wrap_minutes: Annotated[float | None, Field(ge=0, le=1440)] = None

    @model_validator(mode="after")
    def _says_one_agreement(self) -> OutcomePosted:
        if self.promise is not None and self.arrangement is not None:
            message = "a promise or an arrangement, not both"
            raise ValueError(message)
        return self

    def document(self) -> dict[str, Any]:
        """The fields of `arrears.queues.next.outcome.Outcome` that were sent, by name."""
        parts = (self.promise, self.arrangement, self.legal)
        nested = {
            name: value for part in parts if part is not None for name, value in part.model_dump(mode="json").items()
        }
        own = self.model_dump(mode="json", exclude={"promise", "arrangement", "legal", "at"})
        return {name: value for name, value in {**own, **nested}.items() if value not in (None, [])}


class BecausePosted(_Sent):
    """Why an item is given back."""

    because: Said


class SkipPosted(_Sent):
    """Why an item is passed over: one of the reasons of `docs/reference/outcomes.md`."""

    reason: Said
    language: Annotated[str | None, Field(pattern="^[a-zA-Z]{2,3}$", description="The debtor's, if that is why.")] = (
        None
    )


class SnoozePosted(_Sent):
    """Until when an item is put off, and why."""

    until: AwareDatetime
    because: Said


class NothingPosted(_Sent):
    """Nothing to say."""


class LookUpPosted(_Sent):
    """Who called in: by the number or the account, and why somebody looks."""

    phone: Annotated[str | None, Field(min_length=3, max_length=40, pattern=r"^[0-9+() ./-]*$")] = None
    account: Id | None = None
    reason: Said

    @model_validator(mode="after")
    def _says_one(self) -> LookUpPosted:
        if (self.phone is None) == (self.account is None):
            message = "phone or account, one of them"
            raise ValueError(message)
        return self


class Notice(_Answer):
    """Something that came about the debtor after the item was claimed."""

    at: datetime
    sentence: str


class ClaimedItem(_Answer):
    """One person and work group to work, as a collector needs it."""

    work_item_id: int
    debtor_id: str
    client: str
    work_group: str
    lane: Lane
    state: str
    because: Annotated[str | None, Field(description="Why it is in its lane; null: past due.")]
    accounts: list[str]
    lead_account_id: str
    bucket: str
    days_past_due: int | None
    currency: str
    balance_minor: int | None
    past_due_minor: int | None
    stop_roll_minor: int | None
    rolls_on: date | None
    reasons: Annotated[list[str], Field(description="Sentences that can be said.")]
    ways: Annotated[list[Way], Field(description="Whom to reach by what; nothing else is allowed.")]
    allowed_until: Annotated[datetime | None, Field(description="When the last way closes; null: one never does.")]
    as_of: date
    judged_at: datetime
    staleness_seconds: Annotated[float, Field(ge=0, description="How old the facts behind it are.")]
    lease_until: Annotated[datetime | None, Field(description="Null where nobody holds it.")]
    decision_id: Annotated[str | None, Field(description="The served choice; null where it was not claimed.")]
    notices: list[Notice]


class NextItem(_Answer):
    """What comes next for a debtor."""

    work_item_id: int
    lane: Lane
    ready_at: datetime
    sentence: str


class OutcomeStored(_Answer):
    """An outcome that is stored: sent again with the same Idempotency-Key it is not stored twice."""

    contact_id: str
    after_lease: Annotated[bool, Field(description="The lease had ended; the outcome is kept all the same.")]
    next: Annotated[NextItem | None, Field(description="Null where nothing comes next.")]


class GivenBack(_Answer):
    """An item that was released, skipped or put off, and what follows it."""

    work_item_id: int
    next_item: Annotated[int | None, Field(description="What comes in its place; null where nothing does.")]
    ready_at: datetime | None
    skips_left: Annotated[int | None, Field(description="Of the day's skips; null where nothing was skipped.")]


class Extended(_Answer):
    """A lease that was lengthened."""

    work_item_id: int
    lease_until: datetime


class FoundGroup(_Answer):
    """Accounts of a debtor that one call may discuss."""

    work_group: str
    client: str
    currency: str
    charged_off: bool
    accounts: list[str]


class Found(_Answer):
    """A debtor whom a number or account may name."""

    debtor_id: str
    groups: list[FoundGroup]


class LookedUp(_Answer):
    """Who may be calling, and the item that was opened for it."""

    found: list[Found]
    item: Annotated[
        ClaimedItem | None,
        Field(description="In lane inbound; null where nobody is meant, several may be, or a colleague holds them."),
    ]
    held_by: Annotated[str | None, Field(description="The colleague who holds the debtor, and has been told.")]
