"""The page Desk: one debtor at a time, with everything a talk needs and nothing that ranks people.

It shows no score, arm, strategy or probability: a collector sees what helps the talk.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from arrears.clock import day_of
from arrears.money import to_major
from arrears.queues.item import WorkItem
from arrears.queues.next.fields import FIELDS
from models.sentences import Tone
from serving.console import words
from serving.console.call_guide import Conversation, Guide, guide_for
from serving.console.desk_facts import Known
from serving.console.desk_form import Ask, questions
from serving.console.reasons import ORDER, sentences_of
from serving.deployment import Deployment

MOST_REASONS = 4


@dataclass(frozen=True)
class Amount:
    """One of the amounts that a talk is about."""

    name: str
    minor: int | None
    told: str


def amounts_of(item: WorkItem, today: date) -> tuple[Amount, ...]:
    """What stops the roll, what makes the account current, and the whole of it, each with its day.

    Examples
    --------
    `amounts_of(item, today)[0].told` is "by 30 Oct 2005, in 27 days".
    """
    rolls = f"by {words.short_day(item.rolls_on)}, {words.in_days(item.rolls_on, today)}" if item.rolls_on else ""
    late = f"{words.many(item.days_past_due, 'day')} past due" if item.days_past_due else "due now"
    accounts = f"all of {words.many(len(item.accounts), 'account')}" if len(item.accounts) > 1 else "the whole balance"
    return (
        Amount("Stop the roll", item.stop_roll_minor if item.rolls_on else None, rolls or "no further bucket"),
        Amount("Become current", item.past_due_minor, late if item.past_due_minor else "not told by the source"),
        Amount("Pay it all", item.balance_minor, accounts),
    )


def as_it_stands(item: WorkItem, known: Known) -> WorkItem:
    """An item that no night put an amount on, as of somebody who called in, with what its accounts come to now."""
    if item.balance_minor is not None or not known.stands:
        return item
    summed = {
        name: sum(row[name] for row in known.stands)
        for name in ("balance_minor", "past_due_minor", "stop_roll_minor")
        if all(row[name] is not None for row in known.stands)
    }
    lead = known.stands[0]
    return replace(item, **summed, rolls_on=lead["rolls_on"], days_past_due=lead["days_past_due"])


def parties_of(known: Known) -> tuple[tuple[str, str], ...]:
    """The parts of people whom the item may reach, with the words for them; the debtor first."""
    named = dict(FIELDS["verified_party"].choices)
    parts = dict.fromkeys(["primary", *(each.part for each in known.numbers)])
    return tuple((part, named[part]) for part in parts if part in named)


def case_of(item: WorkItem, known: Known, today: date) -> Conversation:
    """What the words of a talk depend on."""
    told = {amount.name: money_said(amount.minor, item.currency) for amount in amounts_of(item, today)}
    promised = known.promised
    creditors = {str(row["client"]) for row in known.accounts if row["client"]}
    return Conversation(
        lane=item.lane,
        bucket=item.bucket,
        business=known.debtor.get("kind") == "business",
        roles=known.roles,
        country=str(known.debtor.get("country") or ""),
        regions=frozenset({str(known.debtor["region"])} if known.debtor.get("region") else ()),
        spoken_before=known.spoken_before,
        concepts=frozenset(_concepts(item)),
        conditions=known.conditions,
        known={
            "debtor": item.debtor_id,
            "account": item.lead_account_id,
            "bucket": item.bucket,
            "creditor": " and ".join(sorted(creditors)) or item.client,
            "stop_roll": told["Stop the roll"],
            "rolls_on": words.short_day(item.rolls_on) if item.rolls_on else "",
            "past_due": told["Become current"],
            "balance": told["Pay it all"],
            "promised": money_said(promised.amount_minor, item.currency) if promised else "",
            "promised_on": words.short_day(promised.due_on) if promised else "",
        },
    )


def _concepts(item: WorkItem) -> Iterable[str]:
    for name in ORDER:
        yield from (reason["concept"] for reason in (item.reasons.get(name) or {}).get("reasons", ()))


def money_said(minor: int | None, currency: str) -> str:
    """Money as a collector says it, with its currency; "" where it is not known."""
    return f"{exact(minor, currency)} {currency}" if minor and minor > 0 else ""


def exact(minor: int | None, currency: str) -> str:
    """Money to its last coin, without decimals where there are none.

    Examples
    --------
    >>> exact(983754, "TWD"), exact(500000, "USD")
    ('9,837.54', '5,000')
    """
    if minor is None:
        return words.NOTHING
    major = to_major(minor, currency)
    return f"{major:,.0f}" if major == major.to_integral_value() else f"{major:,f}"


@dataclass(frozen=True)
class Held:
    """An item on the desk: what is known, what may be said, what is asked.

    Attributes
    ----------
    until : when its lease ends.
    notices : what came about its debtor since it was claimed.
    zone : the debtor's, in which a callback is agreed on.
    key : of this very form, so that sending it twice stores one outcome.
    """

    item: WorkItem
    until: datetime
    notices: tuple[str, ...]
    known: Known
    guide: Guide
    amounts: tuple[Amount, ...]
    zone: str
    asks: tuple[Ask, ...]
    key: str

    @property
    def sentences(self) -> list[str]:
        """Why now, in sentences that a collector can repeat."""
        own = [self.item.because] if self.item.because else []
        told = sentences_of(self.item.reasons, most=MOST_REASONS - len(own))
        return [*own, *(_fact(sentence) for sentence in told)]

    @property
    def parties(self) -> tuple[tuple[str, str], ...]:
        """Who may be on the line."""
        return parties_of(self.known)

    @property
    def spoken(self) -> bool:
        """True where the item is worked by talking."""
        return any(number.is_spoken for number in self.known.numbers) or self.item.lane == "inbound"


def _fact(sentence: str) -> str:
    """A reason without its tone: to a debtor the fact is said, not what it counts for."""
    for tone in Tone:
        sentence = sentence.replace(f", {tone.value}", "")
    return sentence


def held(
    deployment: Deployment, item: WorkItem, known: Known, *, until: datetime, notices: Sequence[str], now: datetime
) -> Held:
    """An item as the desk shows it."""
    settings = deployment.settings.for_client(item.client or None)
    zone = item.zone or deployment.settings.portfolio.zone
    item = as_it_stands(item, known)
    asks = questions(item, settings, day_of(now, zone), zone, now)
    has_promise = known.promised is not None and known.promised.is_open
    return Held(
        item=item,
        until=until,
        notices=tuple(notices),
        known=known,
        guide=guide_for(case_of(item, known, deployment.day)),
        amounts=amounts_of(item, deployment.day),
        zone=zone,
        asks=tuple(ask for ask in asks if ask.field.name != "replaces" or has_promise),
        key=secrets.token_urlsafe(12),
    )


NEWS = {
    "called_in": "They are calling in right now, and a colleague answers",
    "contacts": "A contact was recorded",
    "disputes": "A dispute was opened: stop asking for money",
    "claims": "A claim changed",
    "notices": "A notice was sent",
    "preferences": "The debtor's wishes changed",
    "consents": "A consent changed",
    "points": "A number or address changed",
    "changes": "The account's terms changed",
    "parties": "The parties changed",
}
"""What a fact of each source table is to whoever talks with the debtor."""


_PAID = {"returned": "was returned", "pending": "is on its way"}


def notice_said(notice: Mapping[str, Any], at: datetime, currency: str) -> str:
    """Something that came in meanwhile, in a sentence.

    Parameters
    ----------
    notice : of `serving.desk.working.Claimed.notices`. at : when it came, by our clock.

    Examples
    --------
    >>> ten = datetime(2026, 6, 1, 10, 4)
    >>> notice_said({"because": "payments", "detail": {"amount": "5000.00", "status": "posted"}}, ten, "USD")
    '10:04: A payment of 5,000.00 USD came.'
    >>> notice_said({"because": "holds", "detail": {"kind": "bankruptcy"}}, ten, "USD")
    '10:04: A hold was recorded: bankruptcy. Look before you go on.'
    """
    table, detail = str(notice.get("because") or ""), notice.get("detail") or {}
    of = f" of {Decimal(str(detail['amount'])):,f} {currency}" if detail.get("amount") else ""
    match table:
        case "payments":
            told = f"A payment{of} {_PAID.get(str(detail.get('status')), 'came')}"
        case "promises":
            told = f"A promise{of} was recorded"
        case "holds":
            told = f"A hold was recorded: {words.sentence(str(detail.get('kind', 'other')))}. Look before you go on"
        case _:
            told = NEWS.get(table) or f"Something changed: {words.sentence(table)}"
    return f"{at:%H:%M}: {told}."


def clocks(zones: Sequence[str], at: datetime) -> str:
    """What the debtor's clocks show at a moment: one hour, or the first and last where several zones are possible.

    Examples
    --------
    >>> from datetime import UTC
    >>> clocks(["America/New_York", "America/Los_Angeles"], datetime(2026, 6, 1, 15, 20, tzinfo=UTC))
    '08:20\u201311:20'
    """
    shown = sorted({f"{at.astimezone(ZoneInfo(zone)):%H:%M}" for zone in zones})
    return shown[0] if len(shown) == 1 else f"{shown[0]}\N{EN DASH}{shown[-1]}"


def place(zones: Sequence[str]) -> str:
    """The cities that name some zones.

    Examples
    --------
    >>> place(["America/New_York"])
    'New York'
    """
    return " or ".join(zone.rsplit("/", 1)[-1].replace("_", " ") for zone in zones[:2])


def age(since: datetime, now: datetime) -> str:
    """How old something is, in words.

    Examples
    --------
    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 6, 3, 9, tzinfo=UTC)
    >>> [age(now - timedelta(**ago), now) for ago in ({"seconds": 40}, {"minutes": 12}, {"hours": 3}, {"days": 2})]
    ['just now', '12 minutes ago', '3 hours ago', '2 days ago']
    """
    seconds = max((now - since).total_seconds(), 0)
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{words.many(int(seconds // size), noun)} ago"
    return "just now"
