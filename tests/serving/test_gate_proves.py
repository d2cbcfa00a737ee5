"""What the gate concludes from the night's verdict is what the rules say when they are asked at that moment."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.clock import start_of_day
from arrears.policy.ways import ways_of
from arrears.queues import store
from arrears.queues.strategy import strategy
from serving.desk.gate import Later, Open, gate_now
from serving.gate.may_we import judge_now
from serving.night.nightly import run_night
from tests.demo_day import DemoClock
from tests.night.any_book import AS_OF, DAY, ZONES, loaded
from tests.serving.desk_day import book, desk_on, forget

SPOKEN = ("call", "visit")
DAYS = {
    "a Monday": (AS_OF, DAY),
    "the day the clocks go back": (date(2026, 10, 31), date(2026, 11, 1)),
    "the day the clocks go forward": (date(2027, 3, 13), date(2027, 3, 14)),
}


def shape(ways):
    """Whom, by what and where, about which accounts."""
    return {(way["person"], way["channel"], way["point"], tuple(sorted(way["accounts"]))) for way in ways}


def said(desk, connection, item, gate):
    """The ways that the rules leave open for an item's accounts at this very moment, asked without looking ahead."""
    lake, live = desk.deployment.lake, desk.deployment.live
    judgement = judge_now(
        lake,
        live.asked(lake),
        connection,
        [item.debtor_id],
        gate.now,
        limits_on=gate.limits_on,
        bench=live.bench(lake),
        lane=item.lane,
    )
    rows = {account: row for row, account in enumerate(judgement.facts.accounts.id.tolist())}
    open_ = [rows[account] for account in item.accounts if account in rows and not judgement.is_held[rows[account]]]
    return [way.document() for way in ways_of(judgement, open_)]


def agree(desk, moment):
    """Of every open item what is proven, and what is asked, is what the rules say; how many were proven open."""
    desk.at(moment)
    count = 0
    with desk.deployment.engine.connect() as connection:
        gate = gate_now(desk.deployment, connection, moment)
        for item in store.open_items(connection, 10**9):
            proven, asked = gate.proven(item), gate.ask(item)
            ways = said(desk, connection, item, gate)
            calls = any(way["channel"] in SPOKEN for way in item.ways)
            workable = any(way["channel"] in SPOKEN or not calls for way in ways)
            told = (item.debtor_id, moment.isoformat())
            assert (told, isinstance(asked, Open)) == (told, workable)
            if proven is not None:
                assert (told, isinstance(proven, Open)) == (told, workable)
            for answer in (proven, asked):
                if isinstance(answer, Open):
                    assert (told, shape(answer.ways)) == (told, shape(ways))
            if isinstance(proven, Later):
                assert moment < proven.ready_at
            count += isinstance(proven, Open)
    return count


NY = {"country": "US", "region": "NY", "postal_code": "12207", "city": "Albany"}
CALL = {"channel": "call", "direction": "out", "disposition": "no_answer", "connect": "no_answer"}


def all_kinds(as_of):
    """A book in which something holds, limits or shifts the hours of nearly everybody."""
    rows = book(8, "US", "+15185550100")
    rows["debtors"] = [{"debtor_id": f"D{n}", "kind": "business" if n == 8 else "person", **NY} for n in range(1, 9)]
    rows["statements"] = [row | {"cycle_end": as_of - timedelta(days=7)} for row in rows["statements"]]
    rows["accounts"] = [
        row | {"debt_class": "commercial" if n == 7 else "consumer"} for n, row in enumerate(rows["accounts"])
    ]
    rows["points"] += [
        {"point_id": "P1b", "debtor_id": "D1", "kind": "phone", "value": "+13105550100", "status": "good"},
        {"point_id": "E2", "debtor_id": "D2", "kind": "email", "value": "d2@example.org", "status": "good"},
    ]
    rows["parties"] = [{"account_id": "A6", "debtor_id": "D7", "role": "cosigner", "liable": True}]
    rows["holds"] = [{"hold_id": "H3", "debtor_id": "D3", "kind": "hardship", "starts_on": as_of, "ends_on": as_of}]
    rows["preferences"] = [
        {
            "preference_id": "W4",
            "debtor_id": "D4",
            "kind": "time",
            "rule": "09:00-12:00",
            "allow": False,
            "starts_on": as_of,
        }
    ]
    noon = datetime.combine(as_of, time(16), tzinfo=UTC)
    calls = {"D5": [1, 2, 3, 4, 5, 6, 6.9], "D6": [0.2, 1], "D8": [0.5]}
    rows["contacts"] = [
        {
            "contact_id": f"{debtor}-{ago}",
            "debtor_id": debtor,
            "account_id": f"A{debtor[1]}",
            "at": noon - timedelta(days=ago),
        }
        | CALL
        for debtor, agos in calls.items()
        for ago in agos
    ]
    rows["promises"] = [
        {
            "promise_id": "X2",
            "account_id": "A2",
            "made_on": as_of - timedelta(days=9),
            "due_on": as_of - timedelta(days=8),
            "amount": 50,
        }
    ]
    return rows


@pytest.fixture(scope="module", params=DAYS)
def desk(request, tmp_path_factory, module_database, no_registry):
    """The desk on one of the days, after its night."""
    as_of, served_on = DAYS[request.param]
    forget(module_database)
    known = datetime.combine(as_of, time(20), tzinfo=UTC)
    lake = loaded(tmp_path_factory.mktemp("gate"), "US", all_kinds(as_of), known=known)
    night: dict[str, Any] = {"served_on": served_on, "replace": True}
    run_night(module_database, lake, no_registry, as_of, strategy("severity"), clock=DemoClock(), **night)
    desk = desk_on(lake, module_database)
    yield desk, start_of_day(served_on, ZONES["US"]), start_of_day(served_on + timedelta(days=1), ZONES["US"])
    desk.deployment.live.close()


@pytest.mark.slow
def test_proven_and_asked_come_to_the_same_at_any_moment_of_any_day(desk):
    desk, begins, ends = desk

    @settings(max_examples=10, deadline=None, database=None, derandomize=True)
    @given(share=st.floats(0, 1, exclude_max=True))
    def at_any_moment(share):
        agreed.append(agree(desk, begins + (ends - begins) * share))

    agreed = []
    at_any_moment()
    assert any(agreed), "nothing was ever proven open"


@pytest.mark.slow
@pytest.mark.parametrize("edge", [timedelta(hours=8), timedelta(hours=12), timedelta(hours=21)])
@pytest.mark.parametrize("just", [timedelta(microseconds=-1), timedelta(0)])
def test_and_at_the_edges_of_hours(desk, edge, just):
    desk, begins, _ = desk
    local = datetime.combine(begins.date(), time(0), tzinfo=begins.tzinfo) + edge
    agree(desk, local + just)
