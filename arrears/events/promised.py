"""Which promises of a debtor still wait for their money, by lake and events together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from arrears.clock import add_business_days
from arrears.events.event import of_debtor
from arrears.events.standing import rows_where, versions_of
from arrears.lake import Lake, looking
from arrears.settings import Settings
from arrears.tables import TABLES


def open_promises(
    connection: Connection, lake: Lake, debtor_id: str, accounts: Sequence[str], *, on: date, settings: Settings
) -> tuple[str, ...]:
    """Promises on some accounts, or of their debtor, that nobody called off and whose grace is not over, by due day.

    Parameters
    ----------
    accounts : of one work group; what is promised on the debtor's other accounts is another matter.
    on : the debtor's day.
    settings : the client's.
    """
    country, grace = settings.portfolio.country or None, settings.promises.grace_business_days
    with looking() as con:
        named = {"debtor_id": [debtor_id], "account_id": accounts}
        keys = {
            str(key)
            for column, ids in named.items()
            for (key,) in rows_where(con, lake, "promises", ("promise_id",), column, ids)
        }
        keys |= {event.row_key for event in of_debtor(connection, "promises", debtor_id)}
        versions = versions_of(connection, con, lake, TABLES["promises"], keys)
    standing = {key: told[-1].values for key, told in versions.items()}
    waiting = [
        (row["due_on"], key)
        for key, row in standing.items()
        if not row["deleted"]
        and row["cancelled_on"] is None
        and (row["account_id"] is None or row["account_id"] in accounts)
        and add_business_days(row["due_on"], grace, country) >= on
    ]
    return tuple(key for _, key in sorted(waiting))
