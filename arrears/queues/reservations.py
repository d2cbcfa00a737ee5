"""Contacts that are reserved: a claim takes its unit of every limit of frequency before anybody dials.

Whoever claims waits for the lock, reads the trailing ledger, judges and reserves, all in one transaction; so two who
want the last call of a week cannot both have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, text

from arrears.errors import WrongUse
from arrears.policy import codes
from arrears.state.desk import call_reservations

_WAIT = """
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(CAST(:names AS text[])) AS name ORDER BY 1
    ) AS keys
"""


def one_at_a_time(connection: Connection, people: Iterable[str], accounts: Iterable[str]) -> None:
    """Wait until nobody else decides about one of these people or accounts; ends with the transaction.

    Ask it before the facts are read: what the holder before it reserved is then seen.

    Raises
    ------
    WrongUse : the transaction would not see what others committed while it waited.
    """
    # One order for all, so that two who want the same locks cannot wait for each other.
    names = sorted({*(f"debtor:{person}" for person in people), *(f"account:{account}" for account in accounts)})
    connection.execute(text(_WAIT), {"names": names})
    isolation = connection.execute(text("SELECT current_setting('transaction_isolation')")).scalar_one()
    if isolation != "read committed":
        raise WrongUse(
            asked="reserve a contact",
            found=f"a transaction at isolation level {isolation}",
            do="Use READ COMMITTED, PostgreSQL's default: another level does not see what was reserved meanwhile.",
        )


def reserve(
    connection: Connection,
    *,
    people: Sequence[str],
    accounts: Sequence[str],
    channel: str,
    claimed_by: str,
    at: datetime,
    expires_at: datetime,
    point_id: str | None = None,
) -> int:
    """Reserve one contact with each of some people in every limit, until its outcome or the end of the lease.

    The caller asked `one_at_a_time`, then read `trailing`, then judged, all in this transaction.

    Parameters
    ----------
    people : everybody whom the contact may reach: until its outcome says who it was, it counts for each.

    Returns
    -------
    int : the reservation's id.
    """
    codes.CHANNEL.of(channel)
    one_at_a_time(connection, people, accounts)
    row = {
        "people": list(people),
        "accounts": list(accounts),
        "point_id": point_id,
        "channel": channel,
        "claimed_by": claimed_by,
        "reserved_at": at,
        "expires_at": expires_at,
    }
    made = insert(call_reservations).values(row).returning(call_reservations.c.reservation_id)
    return int(connection.execute(made).scalar_one())


def release(connection: Connection, reservation_id: int, *, at: datetime, contact_id: str | None = None) -> bool:
    """End a reservation: its outcome is recorded in the same transaction, or the item was given back.

    Parameters
    ----------
    contact_id : the contact that came of it; None: nobody was contacted.

    Returns
    -------
    bool : it was live; ending it again changes nothing.
    """
    end = """
        UPDATE call_reservations SET ended_at = :at, contact_id = :contact
        WHERE reservation_id = :id AND ended_at IS NULL RETURNING 1
    """
    ended = connection.execute(text(end), {"at": at, "contact": contact_id, "id": reservation_id})
    return ended.first() is not None
