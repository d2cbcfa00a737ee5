"""Who is calling: a debtor found by telephone number or account, and opened for whoever answers.

Any collector may look anybody up, because anybody may call; the reason is kept with the claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from arrears.clock import day_of
from arrears.errors import WrongUse
from arrears.lake import Lake, looking, quoted
from arrears.queues.desk import look_up as store
from arrears.queues.desk.look_up import Group, Opened
from arrears.queues.desk.team import Member
from arrears.queues.files.dialer import e164
from arrears.queues.item import Night, WorkItem
from arrears.queues.work_group import work_group
from arrears.state.reading import reading
from serving.deployment import Deployment
from serving.desk.acts import once
from serving.desk.working import Claimed, held_item, lease_time

LONGEST = 200
"""Characters of a reason."""

_SUFFIX = 7
"""The last digits of a number, which are the same however it is written."""

_MOST = 20
"""Debtors who share a number that are told; more is a switchboard, and no help."""


@dataclass(frozen=True)
class Match:
    """A debtor who may be calling.

    Attributes
    ----------
    groups : the work groups that their accounts form.
    items : their open items, to be read.
    """

    debtor_id: str
    groups: tuple[Group, ...]
    items: tuple[WorkItem, ...]


@dataclass(frozen=True)
class LookedUp:
    """What a look-up found.

    Attributes
    ----------
    matches : who may be calling; several where they share a number.
    claimed : the item that was opened; None where nobody matched, several did, or somebody else holds the debtor.
    held_by : that collector.
    """

    matches: tuple[Match, ...]
    claimed: Claimed | None = None
    held_by: str | None = None


def look_up(
    deployment: Deployment,
    member: Member,
    *,
    reason: str,
    phone: str | None = None,
    account_id: str | None = None,
    key: str | None = None,
) -> LookedUp:
    """Find who is calling, and open their item where it is one person and one work group.

    Parameters
    ----------
    reason : why somebody looks, without names and numbers.
    phone, account_id : exactly one of them; a number as it was shown, or an account, which also says the work group.
    key : an Idempotency-Key.

    Raises
    ------
    WrongUse : neither or both, no reason, or a number that cannot be one.
    Problem : no night has run yet.
    """
    why = _asked(reason, phone, account_id)
    now, lake = deployment.clock.now(), deployment.lake
    with reading(deployment.engine) as connection:
        night = deployment.served_night(connection)
        matches = tuple(_matches(deployment, connection, lake, night, phone, account_id))
    chosen = _one(matches, account_id)
    if chosen is None:
        return LookedUp(matches)
    debtor, group = chosen

    def act(connection: Connection) -> dict[str, Any]:
        opened = store.open_for_call(
            connection,
            debtor,
            group,
            collector=member.collector_id,
            reason=why,
            night_id=night.night_id,
            day=day_of(now, deployment.settings.portfolio.zone),
            at=now,
            lease=lease_time(deployment),
        )
        return {"work_item_id": opened.work_item_id, "held_by": opened.held_by, "held_item": opened.held_item}

    asked = ("look_up", phone, account_id, why)
    with once(deployment, member.collector_id, key, asked, now) as done:
        opened = Opened(**done.by(act))
    claimed = None if opened.work_item_id is None else held_item(deployment, opened.work_item_id)
    return LookedUp(matches, claimed, opened.held_by)


def _asked(reason: str, phone: str | None, account_id: str | None) -> str:
    told = reason.strip()
    if (phone is None) == (account_id is None) or not told or len(told) > LONGEST:
        raise WrongUse(
            asked="look somebody up",
            found=f"a reason of {len(told)} characters, and {'both' if phone and account_id else 'not exactly one'} of"
            " phone and account",
            do=f"Send one of them, and say why in 1 to {LONGEST} characters.",
        )
    return told


def _one(matches: Sequence[Match], account_id: str | None) -> tuple[str, Group] | None:
    """The one debtor and group that is meant; None where several may be."""
    if len(matches) != 1:
        return None
    (match,) = matches
    groups = [each for each in match.groups if account_id is None or account_id in each.accounts]
    if len(groups) != 1:
        return None
    (group,) = groups
    # What an item speaks about was chosen when it was made; an account held since stays out of it.
    for item in match.items:
        if item.work_group == group.work_group or account_id in item.accounts:
            return match.debtor_id, replace(group, work_group=item.work_group, accounts=tuple(item.accounts))
    return match.debtor_id, group


def _matches(
    deployment: Deployment, connection: Connection, lake: Lake, night: Night, phone: str | None, account_id: str | None
) -> Iterable[Match]:
    debtors = _of_account(lake, account_id) if phone is None else _of_phone(deployment, connection, lake, phone)
    groups = _groups(connection, lake, night, debtors)
    for debtor in debtors:
        yield Match(debtor, tuple(groups.get(debtor, ())), tuple(store.open_items(connection, debtor)))


def _of_account(lake: Lake, account_id: str | None) -> list[str]:
    sql = f"SELECT debtor_id FROM {lake.scan('accounts')} WHERE account_id = ? AND known_until IS NULL AND NOT deleted"  # noqa: S608 - our own files
    with looking() as con:
        return [str(debtor) for (debtor,) in con.execute(sql, [account_id]).fetchall()]


def _of_phone(deployment: Deployment, connection: Connection, lake: Lake, phone: str) -> list[str]:
    country = deployment.settings.portfolio.country
    asked = e164(phone, country)
    if asked is None:
        raise WrongUse(
            asked="look somebody up by number",
            found="a number that cannot be one",
            do="Send it as it was shown, with a plus and the country where it comes from abroad.",
        )
    ending = asked[-_SUFFIX:]
    told = [*_numbers_in_lake(lake, ending), *_numbers_since(connection, ending)]
    homes = _countries(lake, {debtor for debtor, _ in told})
    found = {debtor for debtor, value in told if e164(value, homes.get(debtor) or country) == asked}
    return sorted(found)[:_MOST]


def _numbers_in_lake(lake: Lake, ending: str) -> list[tuple[str, str]]:
    if "points" not in lake.tables:
        return []
    digits = "regexp_replace(value, '[^0-9]', '', 'g')"
    sql = f"""
        SELECT DISTINCT debtor_id, value FROM {lake.scan("points")}
        WHERE kind = 'phone' AND known_until IS NULL AND NOT deleted AND ends_with({digits}, ?)
    """  # noqa: S608 - our own files
    with looking() as con:
        return [(str(debtor), str(value)) for debtor, value in con.execute(sql, [ending]).fetchall()]


_SINCE = """
    SELECT DISTINCT row ->> 'debtor_id', row ->> 'value' FROM source_events
    WHERE source_table = 'points' AND drained_at IS NULL AND row ->> 'kind' = 'phone'
        AND right(regexp_replace(row ->> 'value', '[^0-9]', '', 'g'), %(length)s) = %(ending)s
"""


def _numbers_since(connection: Connection, ending: str) -> list[tuple[str, str]]:
    """Numbers that became known since the last load."""
    rows = connection.exec_driver_sql(_SINCE, {"length": len(ending), "ending": ending})
    return [(str(debtor), str(value)) for debtor, value in rows]


def _countries(lake: Lake, debtors: Iterable[str]) -> Mapping[str, str]:
    listed = ", ".join(map(quoted, sorted(set(debtors))))
    if not listed or "country" not in lake.columns("debtors"):
        return {}
    stands = "known_until IS NULL AND NOT deleted AND country IS NOT NULL"
    sql = f"SELECT debtor_id, country FROM {lake.scan('debtors')} WHERE debtor_id IN ({listed}) AND {stands}"  # noqa: S608 - our own files
    with looking() as con:
        return {str(debtor): str(country) for debtor, country in con.execute(sql).fetchall()}


def _groups(connection: Connection, lake: Lake, night: Night, debtors: Sequence[str]) -> dict[str, list[Group]]:
    """Each debtor's work groups, as the night stands that serves; an account that it did not judge by the lake."""
    if not debtors:
        return {}
    judged = connection.exec_driver_sql(_JUDGED, {"night": night.night_id, "debtors": list(debtors)})
    over = {str(account): bool(charged_off) for account, charged_off in judged}
    found: dict[str, dict[str, Group]] = {}
    for debtor, account, client, currency, charged_off in _accounts(lake, night.as_of, debtors):
        is_over = over.get(account, charged_off)
        key = work_group(client, currency, is_over)
        of_debtor = found.setdefault(debtor, {})
        so_far = of_debtor.get(key, Group(key, client, currency, is_over, ()))
        of_debtor[key] = replace(so_far, accounts=(*so_far.accounts, account))
    return {debtor: [own[key] for key in sorted(own)] for debtor, own in found.items()}


_JUDGED = (
    "SELECT account_id, charged_off FROM night_accounts WHERE night_id = %(night)s AND debtor_id = ANY (%(debtors)s)"
)


def _accounts(lake: Lake, as_of: date, debtors: Sequence[str]) -> list[tuple[str, str, str, str, bool]]:
    """Debtor, account, client, currency, and whether it was charged off by a day."""
    has = lake.columns("accounts")
    client = "coalesce(client, '')" if "client" in has else "''"
    charged_off = "coalesce(charged_off_on <= ?, false)" if "charged_off_on" in has else "? IS NULL"
    sql = f"""
        SELECT debtor_id, account_id, {client}, currency, {charged_off} FROM {lake.scan("accounts")}
        WHERE debtor_id IN ({", ".join(map(quoted, debtors))}) AND known_until IS NULL AND NOT deleted
        ORDER BY debtor_id, account_id
    """  # noqa: S608 - our own files
    with looking() as con:
        rows = con.execute(sql, [as_of]).fetchall()
    return [(str(debtor), str(account), str(of), str(money), bool(over)) for debtor, account, of, money, over in rows]
