"""Facts told between loads under /v1: rows of source tables, and files of outcomes that come back from a dialer."""

from __future__ import annotations

import json
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request

from arrears.events.event import PostedTable
from serving import running
from serving.api import event_payloads
from serving.api.described import BULK_PROBLEMS
from serving.api.event_payloads import EventsStored, OutcomesStored
from serving.desk.member import Key
from serving.events.intake import Told, Unfit, tell
from serving.events.outcome_file import MOST_OUTCOMES, rows_of_csv, take_outcomes
from serving.people.door import person_of
from serving.problems import Problem

router = APIRouter(prefix="/v1", responses=BULK_PROBLEMS)


@router.post("/events/{table}")
def events(request: Request, table: PostedTable, posted: event_payloads.PostedRows, key: Key = None) -> EventsStored:
    """Store one row of a source table, or up to 1,000, all or none; then the debtors' open items follow at once."""
    rows = [posted] if isinstance(posted, dict) else posted
    try:
        told = tell(running.deployment(), table, rows, by=person_of(request).name, key=key)
    except Unfit as unfit:
        raise _unfit(unfit) from None
    return _told(told)


_FILE: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": MOST_OUTCOMES}
        },
        "text/csv": {"schema": {"type": "string"}},
    },
}


@router.post("/outcomes", openapi_extra={"requestBody": _FILE})
async def outcomes(request: Request) -> OutcomesStored:
    """Take the outcomes that a dialer brings back, as JSON or CSV: each row is stored, or refused with its reason."""
    rows, by = _rows(request.headers.get("content-type", ""), await request.body()), person_of(request).name
    taken = await to_thread.run_sync(lambda: take_outcomes(running.deployment(), rows, by=by))
    return OutcomesStored(
        stored=taken.stored,
        same=taken.same,
        refused=[event_payloads.RowRefused(row=row, problems=told) for row, told in sorted(taken.refused.items())],
        next=[event_payloads.OutcomeRow(row=row, next=told) for row, told in sorted(taken.then.items())],
        left_out=taken.left_out,
        effects=[event_payloads.Effects(**effects.document()) for effects in taken.effects],
    )


def _rows(kind: str, body: bytes) -> list[dict[str, object]]:
    try:
        text = body.decode("utf-8-sig")
        rows = rows_of_csv(text) if kind.startswith("text/csv") else json.loads(text)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Problem("wrong-request", "The body is neither JSON nor CSV in UTF-8.") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Problem("wrong-request", "Send a list of objects, or CSV as text/csv with a line of names.")
    return rows


def _unfit(unfit: Unfit) -> Problem:
    faults = [
        {"where": f"{fault.row}.{fault.column}" if fault.column else str(fault.row), "rule": fault.rule,
         "found": fault.found, "do": fault.do}
        for fault in unfit.faults
    ]  # fmt: skip
    wrong = "One thing does" if len(faults) == 1 else f"{len(faults)} things do"
    return Problem("wrong-request", f"{wrong} not fit; nothing was stored. {unfit.do}", more={"faults": faults})


def _told(told: Told) -> EventsStored:
    return EventsStored(
        stored=told.stored,
        same=told.same,
        effects=[event_payloads.Effects(**effects.document()) for effects in told.effects],
    )
