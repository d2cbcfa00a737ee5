"""How pages of a working day say lanes, ages and what a manager did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from arrears.queues.supervise.acts import Act
from arrears.queues.supervise.acts_undo import CAN_BE_UNDONE
from serving.console.words import many, share, short_day

LANE_NAMES: Mapping[str, str] = {
    "pay": "Pay",
    "callback": "Callbacks",
    "promise": "Promises",
    "dispute": "Disputes",
    "skip_trace": "Skip tracing",
    "hardship": "Hardship",
    "inbound": "Inbound",
    "payer": "Payers",
    "attorney": "Attorneys",
    "estate": "Estates",
    "specialist": "Specialists",
    "legal_review": "Legal review",
    "placement_review": "Placement review",
}
"""Lanes as a tab or a row names them."""


def ago(span: timedelta | None) -> str:
    """An age in its two largest units, or one.

    Examples
    --------
    >>> [ago(timedelta(seconds=s)) for s in (20, 90, 3_700, 90_000, 900_000)]
    ['under a minute', '1 min', '1 h 1 min', '1 d 1 h', '10 d']
    >>> ago(None) == ago(timedelta(seconds=-5)) == "under a minute"
    False
    """
    if span is None:
        return "never"
    minutes = max(int(span.total_seconds()) // 60, 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d" if days >= 3 or not hours else f"{days} d {hours} h"  # noqa: PLR2004 - then hours matter no more
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{minutes} min" if minutes else "under a minute"


def told_of(act: Act, names: Mapping[str, str]) -> str:
    """What an act did, in a sentence.

    Parameters
    ----------
    names : of collectors, by id.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> when, detail = datetime(2026, 6, 2, tzinfo=UTC), {"items": 2, "unfit": 1}
    >>> told_of(Act(1, when, "boss", "items.reassigned", "C1", detail, is_undone=False), {"C1": "Ann"})
    '2 items are on the list of Ann now. 1 item stayed: it is not theirs to work.'
    """
    says = _SAYS.get(act.did)
    return "" if says is None else says(act, names)


def can_be_undone(act: Act) -> bool:
    """Whether a page offers to take it back."""
    return act.did in CAN_BE_UNDONE and not act.is_undone


def _reassigned(act: Act, names: Mapping[str, str]) -> str:
    whose = (
        "in the team's pool" if act.subject == "the team" else f"on the list of {names.get(act.subject, act.subject)}"
    )
    return f"{_items(act)} {whose} now.{_unfit(act.detail)}"


def _raised(act: Act, _: Mapping[str, str]) -> str:
    raised = act.detail["raised"]
    where = "at the front" if raised > 0 else "at the end" if raised < 0 else "where their rank puts them"
    return f"{_items(act)} {where} of the list now." if raised else f"{_items(act)} {where} again."


def _put_off(act: Act, _: Mapping[str, str]) -> str:
    return f"{_items(act)} put off to {short_day(date.fromisoformat(act.detail['until']))}."


def _shared_out(act: Act, _: Mapping[str, str]) -> str:
    gap = share(act.detail["gap"], 1)
    return f"{_items(act)} on another list now, within {gap} of the best plan for the rest of the day."


def _announced(act: Act, names: Mapping[str, str]) -> str:
    return f"The absence of {names.get(act.subject, act.subject)} is noted. {_handed_over(act.detail, names)}"


_SAYS: Mapping[str, Callable[[Act, Mapping[str, str]], str]] = {
    "items.reassigned": _reassigned,
    "items.raised": _raised,
    "items.put_off": _put_off,
    "items.shared_out": _shared_out,
    "absence.announced": _announced,
    "queue.paused": lambda *_: "The queue is paused: nobody claims from it, and who holds an item finishes it.",
    "queue.resumed": lambda *_: "The queue goes on.",
    "act.undone": lambda act, _: f"Undone. {_items(act)} as before.",
}


def _items(act: Act) -> str:
    """How many items an act changed, with their verb."""
    number = act.detail.get("items", 0)
    return f"{many(number, 'item')} {'is' if number == 1 else 'are'}"


def _unfit(detail: Mapping[str, Any]) -> str:
    unfit = detail.get("unfit", 0)
    if not unfit:
        return ""
    return f" {many(unfit, 'item')} stayed: {'it is' if unfit == 1 else 'they are'} not theirs to work."


def _handed_over(detail: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if not detail["items"]:
        return "No item had to move."
    substitute = detail.get("substitute")
    if substitute is None:
        return f"{many(detail['items'], 'item')} went to the team."
    team = f", {detail['to_team']} of them to the team" if detail.get("to_team") else ""
    return f"{many(detail['items'], 'item')} went to {names.get(substitute, substitute)}{team}."
