"""Why an account stands where it stands: its scores with reasons, its rank with every term, and what holds it.

Everything comes from the night that judged it; nothing is computed anew, so the answer is the one that was acted on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from arrears.errors import WrongUse
from arrears.lake import Lake
from arrears.policy.verdict import ChannelVerdict
from arrears.queues import store
from arrears.queues.item import Json, JudgedAccount, Night, Term, WorkItem


@dataclass(frozen=True)
class Why:
    """One account in one night.

    `strategy` is the one by which it was worked out: its arm's where a test has it, else the night's. `item` is None
    where the account is held; `terms` are the account's own, `item_terms` those of its item, which sum
    money over the accounts of one person; `now` is what the rules say at this moment, channel by channel, None where
    nobody asked them.
    """

    night: Night
    account: JudgedAccount
    strategy: Json
    item: WorkItem | None
    terms: tuple[Term, ...]
    item_terms: tuple[Term, ...]
    now: tuple[ChannelVerdict, ...] | None = None


def why(connection: Connection, account_id: str, as_of: date | None = None, *, lake: Lake | None = None) -> Why:
    """Look an account up in the night that serves now, or in the latest one that stood on `as_of`.

    Parameters
    ----------
    lake : asked whether there is such an account at all, where the night did not judge it; None asks nobody.

    Raises
    ------
    WrongUse : there is no such night, or it did not judge the account.
    """
    night = store.latest_night(connection) if as_of is None else store.latest_night_of(connection, as_of)
    if night is None:
        day = "" if as_of is None else f" as of {as_of}"
        raise WrongUse(
            asked=f"why {account_id} stands where it stands",
            found=f"no night{day}",
            do=f"Run one: arrears night --as-of {as_of or 'DAY'}.",
        )
    account = store.account(connection, night.night_id, account_id)
    if account is None:
        raise _not_judged(account_id, night, lake)
    item = store.item_of(connection, night.night_id, account_id)
    strategy = night.strategy_of(account.experiment, account.arm)
    return Why(
        night=night,
        account=account,
        strategy=strategy,
        item=item,
        terms=night.explain(account.terms, strategy),
        item_terms=night.explain(item.terms, night.strategy_of(item.experiment, item.arm)) if item else (),
    )


def _not_judged(account_id: str, night: Night, lake: Lake | None) -> WrongUse:
    asked = f"why {account_id} stands where it stands"
    if lake is not None and lake.exists() and not _has_account(lake, account_id):
        return WrongUse(asked=asked, found="no such account in the lake", do="See whether the id is right.")
    return WrongUse(
        asked=asked,
        found=f"night {night.night_id} as of {night.as_of} did not judge it",
        do="Only past-due accounts are judged: take a day on which it was late.",
    )


def _has_account(lake: Lake, account_id: str) -> bool:
    with lake.connect() as con:
        return con.execute("SELECT 1 FROM accounts WHERE account_id = ? LIMIT 1", [account_id]).fetchone() is not None
