"""What programs send and get under /v1: the contracts of the API, from which its OpenAPI document is made.

Money is in minor units of `currency`, shares and chances are 0 to 1, days are ISO dates. A field that can be absent
says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from arrears.queues import item

MOST_ACCOUNTS = 200
MOST_FRESH = 10

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
Bucket = Literal["1-29", "30-59", "60-89", "90-119", "120-149", "150-179", "180+", "CHARGED_OFF"]
Sort = Literal[
    "rank",
    "priority",
    "value",
    "balance",
    "past_due",
    "stop_roll",
    "rolls_on",
    "days_past_due",
    "propensity",
    "p_roll",
    "account",
]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ScoreRequest(_Sent):
    """Which accounts to score, and from what."""

    accounts: Annotated[list[Id], Field(min_length=1, max_length=MOST_ACCOUNTS)]
    fresh: Annotated[
        bool, Field(description=f"Recompute from current events; at most {MOST_FRESH} accounts at a time.")
    ] = False


class Reason(_Answer):
    """One business concept's part in an answer, as a sentence that can be said."""

    code: str
    concept: str
    feature: str
    value: float | None
    contribution: Annotated[float, Field(description="Log-odds that the whole concept adds.")]
    sentence: str


class Score(_Answer):
    """One model's answer for one account, and how it came about: base and contributions sum to margin."""

    model: Annotated[str, Field(description="Name and version, as `propensity/3` or `propensity/rules-1`.")]
    scored_by: Literal["models", "rules"]
    answer: Annotated[float, Field(ge=0, le=1)]
    booster: str | None = None
    base: float | None = None
    contributions: dict[str, float] = Field(default_factory=dict)
    margin: float | None = None
    raw: Annotated[float | None, Field(description="Probability of the margin, before calibration.")] = None
    calibrated: Annotated[float | None, Field(description="After calibration.")] = None
    reasons: list[Reason]


class ScoredAccount(_Answer):
    """One account's scores."""

    account_id: str
    debtor_id: str
    as_of: date
    bucket: str
    propensity: Score
    roll: Annotated[Score | None, Field(description="Null where no further bucket exists.")]


class ScoreResponse(_Answer):
    """Scores of the accounts that are known, in the order in which they were asked for."""

    fresh: bool
    degraded_because: Annotated[str | None, Field(description="Why rules answered; null when models did.")]
    accounts: list[ScoredAccount]
    unknown: Annotated[int, Field(description="How many of the accounts asked for are not known.")]


class Queue(_Answer):
    """A queue in one currency: what is still open in it."""

    queue: str
    currency: str
    ready: int
    balance_minor: int
    value_minor: float
    expected_minutes: float
    next_roll: date | None


class NightSummary(_Answer):
    """The night that serves."""

    night_id: int
    as_of: date
    served_on: Annotated[date, Field(description="The day it judged, when its items are worked.")]
    ran_at: datetime
    past_due: int
    held: int
    served: int
    held_by_reason: dict[str, int]
    scored_by: str
    degraded_because: str | None
    strategy: str
    propensity_model: str
    roll_rate_model: str
    feature_fingerprint: str


class Queues(_Answer):
    """Every queue of the night that serves."""

    night: NightSummary
    queues: list[Queue]


class Term(_Answer):
    """One number of the strategy's formula."""

    name: str
    sentence: str
    unit: str
    value: float | None


class Hold(_Answer):
    """One reason not to act."""

    code: str
    rule: Annotated[str, Field(description="Its number in the register of rules.")] = ""
    sentence: str
    until: Annotated[datetime | None, Field(description="First instant at which it alone would allow again.")]
    missing: Annotated[bool, Field(description="It holds because a fact is not known.")] = False
    clause: str = ""
    link: str = ""
    kind: Annotated[str, Field(description="law, presumption, guidance or policy")] = ""
    place: str = ""


class Way(_Answer):
    """One open way: whom to reach about which accounts, by what, where, from when to when."""

    person: str
    part: Annotated[str, Field(description="The person's part in the account, as primary or guarantor.")]
    channel: str
    point: Annotated[str | None, Field(description="The number or address; null where none is named.")]
    opens_at: Annotated[datetime | None, Field(description="Null: it is open.")]
    allowed_until: Annotated[datetime | None, Field(description="When a rule closes it; null where none does.")]
    conditions: Annotated[list[str], Field(description="What whoever uses it must heed.")]
    accounts: Annotated[list[str], Field(default_factory=list, description="The accounts it is open for.")]


class Item(_Answer):
    """One person and work group to work."""

    work_item_id: int
    rank: int
    debtor_id: str
    client: str
    work_group: str
    accounts: list[str]
    lead_account_id: str
    state: str
    bucket: str
    days_past_due: int | None
    currency: str
    balance_minor: int | None
    past_due_minor: int | None
    stop_roll_minor: int | None
    rolls_on: date | None
    propensity: float
    p_roll: float | None
    value_minor: float
    expected_minutes: float
    priority: float
    reasons: list[str]
    terms: dict[str, float | None]
    as_of: date
    scored_by: str
    propensity_model: str
    roll_rate_model: str
    strategy: str
    experiment: str | None
    arm: str | None
    chosen_with_probability: float
    feature_fingerprint: str
    verdict: str
    ways: list[Way]
    allowed_until: Annotated[datetime | None, Field(description="When the last way closes; null where one never does.")]


class Items(_Answer):
    """A page of a queue."""

    total: int
    items: list[Item]
    after: Annotated[str | None, Field(description="Cursor of the next page; null on the last.")]


class Account(_Answer):
    """One past-due account as the night judged it."""

    account_id: str
    debtor_id: str
    client: str
    night_id: int
    as_of: date
    bucket: str
    days_past_due: int | None
    currency: str
    balance_minor: int | None
    past_due_minor: int | None
    stop_roll_minor: int | None
    rolls_on: date | None
    verdict: str
    held_until: datetime | None
    propensity: float
    p_roll: float | None
    rank: int | None


class ChannelVerdict(_Answer):
    """Whether an account may be worked by one channel at the moment of the question."""

    channel: str
    verdict: Literal["allowed", "held"]
    ways: list[Way]
    holds: list[Hold]
    until: Annotated[
        datetime | None, Field(description="First instant at which a way may open; null: open, or no end.")
    ]


class ModelVersion(_Answer):
    """One registered version."""

    version: str
    aliases: list[str]
    registered_at: datetime
    run_id: str
    verdict: str
    because: str
    metrics: dict[str, float]


class Model(_Answer):
    """One model and its versions, newest first; `serving` is the version this process answers with."""

    name: str
    serving: str | None
    versions: list[ModelVersion]


class Models(_Answer):
    """The registry."""

    trouble: Annotated[str | None, Field(description="Why models are missing or may be old; null when all is well.")]
    models: list[Model]


class ProblemDocument(BaseModel):
    """RFC 9457: what stood in the way."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[dict[str, str]] | None = None


def model_label(name: str, version: str) -> str:
    """A model as every answer names it."""
    return f"{name}/{version}"


def night_summary(night: item.Night) -> NightSummary:
    """The night in the API's words."""
    return NightSummary(
        night_id=night.night_id,
        as_of=night.as_of,
        served_on=night.served_on,
        ran_at=night.ran_at,
        past_due=night.past_due,
        held=night.held,
        served=night.served,
        held_by_reason=dict(night.held_by_reason),
        scored_by=night.scored_by,
        degraded_because=night.degraded_because,
        strategy=model_label(night.strategy_name, night.strategy_version),
        propensity_model=model_label(night.propensity_model, night.propensity_version),
        roll_rate_model=model_label(night.roll_rate_model, night.roll_rate_version),
        feature_fingerprint=night.feature_fingerprint,
    )


def queue_of(total: item.QueueTotal) -> Queue:
    """A queue in the API's words."""
    return Queue(
        queue=total.lane,
        currency=total.currency,
        ready=total.ready,
        balance_minor=total.balance_minor,
        value_minor=total.value_minor,
        expected_minutes=total.expected_minutes,
        next_roll=total.next_roll,
    )


def item_of(row: item.WorkItem, sentences: list[str]) -> Item:
    """An item in the API's words."""
    return Item(
        **{name: getattr(row, name) for name in _SAME_IN_ITEMS},
        reasons=sentences,
        terms=dict(row.terms),
        propensity_model=model_label(row.propensity_model, row.propensity_version),
        roll_rate_model=model_label(row.roll_rate_model, row.roll_rate_version),
        strategy=model_label(row.strategy_name, row.strategy_version),
    )


def account_of(row: item.JudgedAccount, night: item.Night, rank: int | None) -> Account:
    """A judged account in the API's words."""
    named = {name: getattr(row, name) for name in Account.model_fields if name not in ("as_of", "rank")}
    return Account(**named, as_of=night.as_of, rank=rank)


def term_of(term: item.Term) -> Term:
    """A term in the API's words."""
    return Term(name=term.name, sentence=term.sentence, unit=term.unit, value=term.value)


def score_of(model: str, told: Mapping[str, Any]) -> Score:
    """A score in the API's words, from an explanation as it is recorded."""
    known = {name: told[name] for name in Score.model_fields if told.get(name) is not None}
    return Score(**{**known, "model": model, "scored_by": "rules" if told.get("booster") is None else "models"})


_SAME_IN_ITEMS = tuple(
    name
    for name in Item.model_fields
    if name not in ("reasons", "terms", "propensity_model", "roll_rate_model", "strategy")
)
