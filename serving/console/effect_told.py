"""What pages say of what a call adds: which ranking each segment is worked by, why, and what an account's worth is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from arrears.queues.added import AT_RISK, UPLIFT, ranking_said
from arrears.queues.item import JudgedAccount, Night, Term
from models.registry import Loaded
from models.uplift import FEE, LOSS, said_of, segments_of
from serving.console.words import money, share

NOBODY = "No champion of uplift is registered."


@dataclass(frozen=True)
class Segment:
    """One segment of the champion's record; amounts are for each account worked, in minor units of `currency`."""

    said: str
    ranking: str
    is_proved: bool
    because: str
    currency: str
    adds: float | None
    low: float | None
    high: float | None
    rows: int
    debtors: int
    effective_rows: float


@dataclass(frozen=True)
class Effect:
    """The champion of uplift as the page Strategies shows it."""

    label: str
    trained_on: tuple[date, date]
    horizon_days: int
    segments: tuple[Segment, ...]


def effect_of(uplift: Loaded | None) -> Effect | None:
    """What the champion's record says, segment by segment; None where there is none."""
    if uplift is None:
        return None
    document = uplift.artifact.document
    first, last = (date.fromisoformat(day) for day in document["training"]["trained_on"])
    segments = tuple(_segment(each) for each in segments_of(document))
    return Effect(uplift.label, (first, last), uplift.artifact.horizon_days, segments)


def _segment(told: Any) -> Segment:  # noqa: ANN401 - one entry of a model's JSON
    adds = told["adds_minor"] if told["ranking"] != "value_at_risk" else None
    because = str(told["because"])
    return Segment(
        said=said_of(told),
        ranking=told["ranking"].replace("_", " "),
        is_proved=told["ranking"] != "value_at_risk",
        because=because[:1].upper() + because[1:],
        currency=told["currency"],
        adds=adds and adds["estimate"],
        low=adds and adds["low"],
        high=adds and adds["high"],
        rows=told["rows"],
        debtors=told["debtors"],
        effective_rows=told["effective_rows"],
    )


def worth_told(terms: Sequence[Term], night: Night, judged: JudgedAccount, champion: Loaded | None) -> str | None:
    """What gave an account's worth, in sentences; None where its night did not ask what a call adds.

    Parameters
    ----------
    champion : the version that the night recorded, where it is at hand: it knows why a segment kept value at risk.
    """
    known = {term.name: term.value for term in terms}
    place = known.get("ranking")
    if place is None:
        return None
    if int(place) == AT_RISK:
        saved = known.get("saved_share")
        of_it = f", of which calls were seen to save {share(saved, 1)}" if saved is not None and saved < 1 else ""
        return f"By value at risk{of_it}. {_why_at_risk(night, judged, champion)}"
    if int(place) != UPLIFT:
        return (
            f"By {ranking_said(place)}, put to the money that the log proved of its segment: "
            f"{money(known.get('gross_minor') or 0.0, judged.currency)} {judged.currency} before its cost."
            + _proved(known, judged.currency)
        )
    added, stake, gross = (known.get(name) or 0.0 for name in ("added_share", "stake_minor", "gross_minor"))
    code = judged.currency
    to = "to the chance not to roll" if judged.p_roll is not None else "to the share of what is owed that comes in"
    return (
        f"By {ranking_said(place)}. A place on the day's list adds {share(added, 1)} {to}; the whole of it is worth "
        f"{money(stake, code)} {code}, so a call adds {money(gross, code)} {code} before its cost."
        + _proved(known, code)
    )


def _proved(known: Mapping[str, float | None], code: str) -> str:
    low, high = known.get("segment_low_minor"), known.get("segment_high_minor")
    if low is None or high is None:
        return ""
    return (
        f" Working its segment in this order was proved to add {money(low, code)} to {money(high, code)} {code} "
        "for each account worked, nineteen times in twenty."
    )


def _why_at_risk(night: Night, judged: JudgedAccount, champion: Loaded | None) -> str:
    told = night.further_models.get("uplift", {})
    if told.get("because"):
        return f"{told['because']} Until one is, what is at risk stands."
    basis = FEE if judged.p_roll is None else LOSS
    key = (judged.client, basis, judged.currency)
    for each in segments_of(champion.artifact.document) if champion else ():
        if (each["client"], each["basis"], each["currency"]) == key:
            because = str(each["because"])
            return because[:1].upper() + because[1:]
    return "The log of its segment proves no other order."
