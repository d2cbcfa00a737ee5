"""Whatever a book is like: no held account leaves by any door, and night, claim and export agree on the same facts.

Small books go the whole way: source files, a load, a night in PostgreSQL, the second look at a moment of its day.
"""

from datetime import datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from arrears.policy.rule import PAY
from arrears.queues import store
from arrears.queues.lanes import PRECEDENCE
from arrears.queues.strategy import strategy
from serving.gate.bench import Bench
from serving.gate.book import questions
from serving.gate.may_we import judge_now
from serving.gate.second_look import look_again
from serving.night.nightly import run_night
from tests.demo_day import DemoClock
from tests.night.any_book import AS_OF, DAY, ZONES, any_book, loaded

CLOCKS = [time(0, 30), time(8), time(11, 59), time(20, 59), time(22)]


@pytest.mark.slow
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # an example takes seconds, and shrinking one minutes
)
@given(any_book(), st.sampled_from(CLOCKS))
def test_what_is_held_leaves_by_no_door_and_every_look_agrees(module_database, no_registry, book, clock):
    country, rows = book
    at = datetime.combine(DAY, clock, tzinfo=ZoneInfo(ZONES[country]))
    debtors = [row["debtor_id"] for row in rows["debtors"]]
    with TemporaryDirectory() as folder, module_database.connect() as connection:
        lake = loaded(Path(folder), country, rows)
        ran = run_night(
            module_database,
            lake,
            no_registry,
            AS_OF,
            strategy("severity"),
            clock=DemoClock(),
            limits_on=DAY,
            replace=True,
        )
        asked = questions(lake.present, lake.settings)
        items = store.open_items(connection, ran.night_id)
        others = [each for each in PRECEDENCE if each != PAY]
        elsewhere = [item for lane in others for item in store.open_items(connection, ran.night_id, lane=lane)]
        held = {each.account_id for each in store.held(connection, ran.night_id, limit=100).rows}
        file = look_again(lake, asked, connection, items, at, through=DAY, limits_on=DAY)
        now = verdicts(judge_now(lake, asked, connection, debtors, at, limits_on=DAY))
        alone = [verdicts(judge_now(lake, asked, connection, [debtor], at, limits_on=DAY)) for debtor in debtors]
        bench = Bench(lake, asked)
        laid = [judge_now(lake, asked, connection, [each], at, limits_on=DAY, bench=bench) for each in debtors]
        bench.close()
    event(f"{country} at {clock}: {len(held)} held, {len(items)} items, {len(file.items)} in the file")

    assert {account: told for each in alone for account, told in each.items()} == now
    assert [verdicts(each) for each in laid] == alone
    assert not held & served(items)
    assert served(file.items) <= served(items)
    assert len(file.items) + file.held == len(items)
    assert not [account for account in held if now[account].is_allowed]
    assert open_at(file.items, at) <= ways(now)
    assert open_at(items, at) <= ways(now)
    if country == "TW" and not rows["preferences"]:  # one zone and no wish: a way opens and closes once a day
        groups = {row["account_id"]: (row["debtor_id"], row["client"]) for row in rows["accounts"]}
        other_work = {(item.debtor_id, item.work_group) for item in elsewhere}
        assert open_at(items, at) == {way for way in ways(now) if groups[way[0]] not in other_work}


def verdicts(judgement):
    """The verdicts on the accounts that were asked about, by id."""
    accounts = judgement.facts.accounts
    return {str(accounts.id[row]): judgement.verdict(row) for row in range(len(accounts)) if accounts.bucket[row] >= 0}


def served(items):
    return {account for item in items for account in item.accounts}


def ways(verdicts):
    return {
        (account, each.person, each.channel, each.point)
        for account, verdict in verdicts.items()
        for each in verdict.ways
    }


def open_at(items, at):
    return {
        (account, way["person"], way["channel"], way["point"])
        for item in items
        for way in item.ways
        for account in way["accounts"]
        if (way["opens_at"] is None or datetime.fromisoformat(way["opens_at"]) <= at)
        and (way["allowed_until"] is None or at < datetime.fromisoformat(way["allowed_until"]))
    }
