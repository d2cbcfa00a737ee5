"""Who calls in is opened at once: their item moves to lane inbound, or one is made, unless somebody else holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from arrears.errors import Refused
from arrears.queues.desk.claim import ITEM_COLUMNS, NotTaken, read_item, take
from arrears.queues.desk.item_events import note
from arrears.queues.desk.leases import expire
from arrears.queues.desk.statement import one, run
from arrears.queues.desk.successor import succeed
from arrears.queues.item import WorkItem
from arrears.queues.ranked_by import in_sql
from arrears.queues.reservations import one_at_a_time

CALLED_IN = "called_in"
"""The code of an item that made way for a call that came in."""

_OPEN = f"""
    SELECT {ITEM_COLUMNS} FROM work_items i
    WHERE i.debtor_id = %(debtor)s AND i.state IN ('ready', 'claimed') ORDER BY i.work_group
"""  # noqa: S608 - our own words
_ITEM = f"SELECT {ITEM_COLUMNS} FROM work_items i WHERE i.work_item_id = %(item)s"  # noqa: S608 - our own words
_HOLDER = """
    SELECT person, collector, work_item_id FROM leases
    WHERE person = ANY (%(people)s) AND ended_at IS NULL AND expires_at > %(at)s
    ORDER BY person <> %(debtor)s, lease_id
"""
_RANKED_BY = in_sql("l", label="r")
# A night works all accounts of a debtor by one arm, or by none where they are held out by lot. Who is in no night, as
# nothing is past due any more, stays with the test that drew them last, while it runs.
_MAKE = f"""
    WITH theirs AS (
        SELECT * FROM night_accounts WHERE night_id = %(night)s AND debtor_id = %(debtor)s
    ), judged AS (
        SELECT * FROM theirs WHERE account_id = ANY (%(accounts)s)
    ), lead AS (
        SELECT * FROM judged ORDER BY priority DESC, account_id LIMIT 1
    ), label AS (
        (SELECT experiment, arm FROM theirs ORDER BY account_id LIMIT 1)
        UNION ALL (
            SELECT e.name || '/' || e.version, d.arm FROM experiment_debtors d JOIN experiments e USING (experiment_id)
            WHERE d.debtor_id = %(debtor)s AND d.night_id <= %(night)s AND e.state = 'running'
                AND NOT jsonb_exists(e.arms_ended, d.arm) AND NOT EXISTS (SELECT FROM theirs)
            ORDER BY d.night_id DESC LIMIT 1
        )
    )
    INSERT INTO work_items (night_id, debtor_id, client, work_group, lane, state_since, rank, priority, value_minor,
        expected_minutes, accounts, lead_account_id, currency, bucket, days_past_due, past_due_minor, balance_minor,
        stop_roll_minor, rolls_on, propensity, p_roll, terms, reasons, as_of, scored_by, {", ".join(_RANKED_BY)},
        chosen_with_probability, feature_fingerprint, verdict, ways, people, judged_for, judged_at, place, ready_at,
        made_by, kept_from)
    SELECT n.night_id, %(debtor)s, %(client)s, %(group)s, 'inbound', %(at)s, 0, coalesce(l.priority, 0),
        coalesce(l.value_minor, 0), coalesce(l.expected_minutes, 0), %(accounts)s,
        coalesce(l.account_id, (%(accounts)s::text[])[1]), coalesce(l.currency, %(currency)s),
        coalesce(l.bucket, 'CURRENT'), l.days_past_due,
        (SELECT sum(past_due_minor)::bigint FROM judged), (SELECT sum(balance_minor)::bigint FROM judged),
        (SELECT sum(stop_roll_minor)::bigint FROM judged), l.rolls_on, coalesce(l.propensity, 0), l.p_roll,
        coalesce(l.terms, '{{}}'), coalesce(l.reasons, '{{}}'), n.as_of, coalesce(l.scored_by, n.scored_by),
        {", ".join(_RANKED_BY.values())},
        1.0, n.feature_fingerprint, 'allowed', '[]', ARRAY[%(debtor)s::text], %(day)s, %(at)s, 0, %(at)s, 'inbound',
        coalesce((
            SELECT x.kept_from FROM work_items x
            WHERE x.night_id = n.night_id AND x.made_by = 'night' AND (x.experiment, x.arm) = (r.experiment, r.arm)
            ORDER BY cardinality(x.kept_from) DESC LIMIT 1
        ), '{{}}')
    FROM nights n LEFT JOIN lead l ON true LEFT JOIN label r ON true WHERE n.night_id = %(night)s
    RETURNING work_item_id
"""  # noqa: S608 - our own words


@dataclass(frozen=True)
class Group:
    """The accounts of a debtor that one call may discuss: of one client, in one currency, on one side of charge-off."""

    work_group: str
    client: str
    currency: str
    charged_off: bool
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """What became of a look-up.

    Attributes
    ----------
    work_item_id : the item that the collector holds now; None where somebody else holds the debtor.
    held_by : that collector.
    held_item : and what they hold.
    """

    work_item_id: int | None
    held_by: str | None = None
    held_item: int | None = None


def open_items(connection: Connection, debtor_id: str) -> list[WorkItem]:
    """The open items of a debtor, one a work group."""
    return [read_item(row) for row in run(connection, _OPEN, {"debtor": debtor_id})]


def open_for_call(
    connection: Connection,
    debtor_id: str,
    group: Group,
    *,
    collector: str,
    reason: str,
    night_id: int,
    day: date,
    at: datetime,
    lease: timedelta,
) -> Opened:
    """Put a debtor who calls in into a collector's hands, whoever's list they stand on.

    Parameters
    ----------
    group : what is spoken about; where an item of it is open it is that item's accounts.
    reason : why somebody looks; kept with the claim.
    night_id : the night that serves, of which the item is where none was open.

    Raises
    ------
    Refused : the item changed at this very moment; nothing was moved.
    """
    people = _people(connection, debtor_id, group)
    one_at_a_time(connection, sorted(people), group.accounts)
    expire(connection, at=at, people=sorted(people))
    for person, holder, item in run(connection, _HOLDER, {"debtor": debtor_id, "people": sorted(people), "at": at}):
        if holder == collector and person == debtor_id:
            return Opened(int(item))
        note(connection, [item], "noticed", at=at, by=collector, because=CALLED_IN)
        return Opened(None, held_by=str(holder), held_item=int(item))
    waits = [each.work_item_id for each in open_items(connection, debtor_id) if each.work_group == group.work_group]
    made = _moved(connection, waits, collector, at) or _made(connection, debtor_id, group, night_id, day, at)
    item = read_item(one(connection, _ITEM, {"item": made}))
    taken = take(connection, item, collector=collector, at=at, lease=lease, judged=True, because=reason)
    if isinstance(taken, NotTaken) or not people.issuperset(item.people):  # it changed before it could be locked
        raise Refused(
            asked="open somebody who calls",
            found="a person of their item in somebody else's hands",
            do="Look them up again.",
        )
    return Opened(item.work_item_id)


def _people(connection: Connection, debtor_id: str, group: Group) -> set[str]:
    """Everybody whom the debtor's open item of the group concerns: nobody of them is in two hands."""
    waits = [each for each in open_items(connection, debtor_id) if each.work_group == group.work_group]
    return {debtor_id, *(person for each in waits for person in each.people)}


def _moved(connection: Connection, waits: Sequence[int], collector: str, at: datetime) -> int | None:
    made = succeed(
        connection,
        waits,
        state="released",
        because=CALLED_IN,
        at=at,
        by=collector,
        made_by="inbound",
        changed={"lane": "inbound", "ready_at": at},
        only=("ready",),
    )
    return next(iter(made.values()), None)


def _made(connection: Connection, debtor_id: str, group: Group, night_id: int, day: date, at: datetime) -> int:
    told: dict[str, Any] = {"night": night_id, "debtor": debtor_id, "group": group.work_group, "day": day, "at": at}
    told |= {"client": group.client, "accounts": list(group.accounts), "currency": group.currency}
    return int(one(connection, _MAKE, told)[0])
