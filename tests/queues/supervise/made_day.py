"""A night, its items and a working day made by hand, so that every number of a read model can be counted on fingers."""

import json
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, text

from arrears.queues.record import ACCOUNT_COLUMNS
from arrears.state.desk import contact_ledger, leases, outcomes, source_events, work_item_events
from arrears.state.schema import night_accounts, nights, work_items

TODAY = date(2026, 6, 2)
ZONE = "America/New_York"
TEN = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
"""Ten in the morning in New York, on a Tuesday."""

_NIGHT = {
    "as_of": date(2026, 6, 1),
    "cutoff": datetime(2026, 6, 2, 3, 59, 59, tzinfo=UTC),
    "ran_at": datetime(2026, 6, 2, 6, tzinfo=UTC),
    "seconds": 1.0,
    "state": "served",
    "code_version": "test",
    "lake_fingerprint": "f",
    "lake_manifest": {},
    "settings": {},
    "scored_by": "models",
    "propensity_model": "propensity",
    "propensity_version": "1",
    "roll_rate_model": "roll_rate",
    "roll_rate_version": "1",
    "strategy_name": "value_at_risk",
    "strategy_version": "1",
    "strategy": {},
    "loss_factors": {},
    "feature_names": [],
    "feature_fingerprint": "f",
    "features_absent": {},
    "past_due": 0,
    "held": 0,
    "served": 0,
    "held_by_reason": {},
    "list_digest": "0",
    "served_on": TODAY,
    "limits_on": TODAY,
}


def night(connection: Connection, **changed: object) -> int:
    """A night without accounts."""
    made = insert(nights).values(**{**_NIGHT, **changed}).returning(nights.c.night_id)
    return int(connection.execute(made).scalar_one())


def way(person: str, *, opens: datetime | None = None, closes: datetime | None = None, channel: str = "call") -> dict:
    """A way to reach somebody."""
    moments = {"opens_at": opens and opens.isoformat(), "allowed_until": closes and closes.isoformat()}
    return {"person": person, "part": "primary", "channel": channel, "point": "T1", "conditions": [], **moments}


def item(connection: Connection, night_id: int, debtor: str, **changed: object) -> int:
    """An open item of one debtor: pay, 30-59, ready since the morning, on nobody's list."""
    row = {
        "night_id": night_id,
        "debtor_id": debtor,
        "client": "",
        "work_group": "",
        "lane": "pay",
        "state_since": _NIGHT["ran_at"],
        "rank": 1,
        "priority": 10.0,
        "value_minor": 1_000.0,
        "expected_minutes": 6.0,
        "accounts": [f"{debtor}-1"],
        "lead_account_id": f"{debtor}-1",
        "currency": "USD",
        "bucket": "30-59",
        "days_past_due": 40,
        "past_due_minor": 5_000,
        "balance_minor": 50_000,
        "stop_roll_minor": 2_500,
        "rolls_on": date(2026, 6, 20),
        "propensity": 0.2,
        "terms": {},
        "reasons": {},
        "as_of": _NIGHT["as_of"],
        "scored_by": "models",
        "propensity_model": "propensity",
        "propensity_version": "1",
        "roll_rate_model": "roll_rate",
        "roll_rate_version": "1",
        "strategy_name": "value_at_risk",
        "strategy_version": "1",
        "chosen_with_probability": 1.0,
        "feature_fingerprint": "f",
        "verdict": "allowed",
        "ways": [way(debtor)],
        "people": [debtor],
        "judged_for": TODAY,
        "judged_at": _NIGHT["cutoff"],
        "place": 1.0,
        "ready_at": _NIGHT["ran_at"],
        **changed,
    }
    made = insert(work_items).values(**row).returning(work_items.c.work_item_id)
    return int(connection.execute(made).scalar_one())


def account(connection: Connection, night_id: int, account_id: str, **changed: object) -> None:
    """An account that a night judged: its debtor is what stands before the dash."""
    row = dict.fromkeys(ACCOUNT_COLUMNS) | {
        "night_id": night_id,
        "account_id": account_id,
        "debtor_id": account_id.split("-", maxsplit=1)[0],
        "client": "",
        "currency": "USD",
        "bucket": "30-59",
        "balance_minor": 50_000,
        "charged_off": False,
        "verdict": "allowed",
        "held_because": [],
        "features": [],
        "scored_by": "models",
        "propensity": 0.2,
        "reasons": {},
        "terms": {},
        "value_minor": 1.0,
        "expected_minutes": 6.0,
        "priority": 1.0,
        **changed,
    }
    connection.execute(insert(night_accounts).values(**row))


def hold(code: str, *, kind: str = "", missing: bool = False) -> dict:
    """A reason against an account."""
    return {"code": code, "rule": "X", "sentence": f"{code} holds", "until": None, "missing": missing, "kind": kind}


def contact(connection: Connection, contact_id: str, *, at: datetime, **whose: str) -> None:
    """A call of the past weeks that nobody answered."""
    row = {"contact_id": contact_id, "at": at, "recorded_at": at, "channel": "call", "direction": "out"}
    told = {"disposition": "no_answer", "source": "lake", **whose}
    connection.execute(insert(contact_ledger).values(**row, **told))


def outcome(
    connection: Connection,
    item_id: int,
    collector: str,
    *,
    at: datetime = TEN,
    right_party: bool = False,
    disposition: str = "no_answer",
    lane: str = "pay",
    **detail: object,
) -> None:
    """What came of an item; its contact is not written."""
    number = connection.execute(text("SELECT count(*) FROM outcomes")).scalar_one()
    row = {
        "work_item_id": item_id,
        "contact_id": f"desk-{number}",
        "collector": collector,
        "lane": lane,
        "at": at,
        "recorded_at": at,
        "after_lease": False,
        "disposition": disposition,
        "is_right_party": right_party,
        "detail": {"channel": "call", **detail},
    }
    connection.execute(insert(outcomes).values(**row))


def step(connection: Connection, item_id: int, did: str, by: str, *, at: datetime = TEN) -> None:
    """Something that happened to an item."""
    connection.execute(insert(work_item_events).values(work_item_id=item_id, at=at, did=did, by=by))


def lease(
    connection: Connection, item_id: int, person: str, collector: str, *, minutes: float, at: datetime = TEN
) -> None:
    """A lease that was held for so many minutes and ended."""
    span = {"taken_at": at, "expires_at": at + timedelta(minutes=15), "ended_at": at + timedelta(minutes=minutes)}
    connection.execute(insert(leases).values(work_item_id=item_id, person=person, collector=collector, **span))


def event(
    connection: Connection, table: str, key: str, row: dict, *, at: datetime = TEN, by: str = "C1", origin: str = "desk"
) -> None:
    """A fact that came in since the load, each a moment after the one before."""
    at += timedelta(microseconds=int(connection.execute(text("SELECT count(*) FROM source_events")).scalar_one()))
    whose = {name: row.get(name) for name in ("debtor_id", "account_id")}
    told = {"row_key": key, "row": row, "digest": json.dumps(row, sort_keys=True), **whose, "recorded_at": at}
    connection.execute(insert(source_events).values(source_table=table, **told, origin=origin, posted_by=by))
