"""The second look: what became known after the night counts when an item leaves, and where somebody asks."""

import csv
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from arrears.clock import SystemClock
from arrears.errors import BadInput, WrongUse
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues import store
from arrears.queues.ledger import record
from arrears.queues.reservations import release, reserve
from arrears.queues.strategy import strategy
from serving.gate.book import questions
from serving.gate.may_we import judge_now, lawless_of
from serving.gate.second_look import look_again, verdicts_now
from serving.night.nightly import run_night
from serving.night.replay import replay
from tests.demo_day import DemoClock
from tests.night.any_book import AS_OF, COLUMNS, DAY, WHEN_KNOWN, loaded

TAIPEI = ZoneInfo("Asia/Taipei")
MORNING = datetime(2026, 6, 15, 10, tzinfo=TAIPEI)
ACCOUNT = {"opened_on": date(2025, 1, 1), "currency": "USD", "role": "first_party", "client": "", "status": "open"}
STATEMENT = {"cycle_end": date(2026, 6, 5), "balance": 900, "past_due": 90, "days_past_due": 40, "minimum_due": 45}
CALL = {
    "channel": "call",
    "direction": "out",
    "disposition": "no_answer",
    "connect": "no_answer",
    "conversation": False,
}
OWNERS = {"A1": "D1", "A2": "D1", "A3": "D2"}


def book(**more):
    """Two debtors, one with two accounts, all of whom may be called."""
    rows = dict.fromkeys(COLUMNS, ()) | {
        "debtors": [{"debtor_id": debtor, "kind": "person", "country": "TW"} for debtor in ("D1", "D2", "D3")],
        "accounts": [{"account_id": account, "debtor_id": owner} | ACCOUNT for account, owner in OWNERS.items()],
        "statements": [{"account_id": account} | STATEMENT for account in OWNERS],
        "points": [
            {
                "point_id": f"P{debtor[1]}",
                "debtor_id": debtor,
                "kind": "phone",
                "value": "+886912345678",
                "status": "good",
            }
            for debtor in ("D1", "D2", "D3")
        ],
    }
    return rows | more


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def served(database, no_registry, folder):
    """Serve a night of a book; gives its lake, night and items."""

    def serve(**more):
        lake = loaded(folder, "TW", book(**more))
        night = run_night(database, lake, no_registry, AS_OF, strategy("severity"), clock=DemoClock(), limits_on=DAY)
        with database.connect() as connection:
            return lake, night, store.open_items(connection, night.night_id)

    return serve


def accounts(items):
    return sorted(account for item in items for account in item.accounts)


def look(database, lake, items, at=MORNING):
    with database.connect() as connection:
        return look_again(lake, asked(lake), connection, items, at, through=DAY, limits_on=DAY)


def asked(lake):
    return questions(lake.present, lake.settings)


def load_more(lake, table, *rows):
    source = lake.root.parent / f"more-{table}"
    source.mkdir()
    with (source / f"{table}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS[table].split(), "recorded_at"])
        writer.writeheader()
        writer.writerows(rows)
    load(source, lake.root, SystemClock())
    return Lake(lake.root)


def test_a_night_is_for_the_next_business_day_and_its_ways_have_that_days_hours(served):
    _, night, items = served()
    assert (night.built.served_on, night.built.limits_on) == (DAY, DAY)
    call = next(way for item in items for way in item.ways if way["channel"] == "call")
    assert datetime.fromisoformat(call["opens_at"]) == datetime(2026, 6, 15, 8, tzinfo=TAIPEI)
    assert datetime.fromisoformat(call["allowed_until"]) == datetime(2026, 6, 15, 21, tzinfo=TAIPEI)


def test_what_is_held_since_the_night_leaves_no_file(database, served):
    lake, _, items = served()
    assert accounts(look(database, lake, items).items) == ["A1", "A2", "A3"]
    hold = {"hold_id": "H1", "debtor_id": "D2", "kind": "cease", "starts_on": date(2026, 6, 14), "form": "written"}
    later = load_more(lake, "holds", hold | {"recorded_at": "2026-06-15T00:00:00+00:00"})
    again = look(database, later, items)
    assert (accounts(again.items), again.held) == (["A1", "A2"], 1)
    before = datetime(2026, 6, 15, 0, 0, tzinfo=UTC) - timedelta(seconds=1)
    assert accounts(look(database, later, items, before).items) == ["A1", "A2", "A3"], "not known yet"


def test_an_account_that_is_held_leaves_its_item_and_a_held_lead_takes_the_item_along(database, served):
    lake, _, items = served()
    lead = next(item.lead_account_id for item in items if item.debtor_id == "D1")
    other = {"A1": "A2", "A2": "A1"}[lead]
    hold = {"kind": "complaint", "starts_on": date(2026, 6, 14), "recorded_at": "2026-06-14T00:00:00+00:00"}
    later = load_more(lake, "holds", {"hold_id": "H1", "account_id": other} | hold)
    assert accounts(look(database, later, items).items) == sorted([lead, "A3"])
    shutil.rmtree(lake.root.parent / "more-holds")
    later = load_more(later, "holds", {"hold_id": "H2", "account_id": lead} | hold)
    again = look(database, later, items)
    assert (accounts(again.items), again.held) == (["A3"], 1)


def test_an_account_that_was_paid_or_closed_since_is_held(database, served):
    lake, _, items = served()
    closed = {"account_id": "A3", "debtor_id": "D2"} | ACCOUNT | {"status": "closed"}
    later = load_more(lake, "accounts", closed | {"recorded_at": "2026-06-14T00:00:00+00:00"})
    assert accounts(look(database, later, items).items) == ["A1", "A2"]


@pytest.mark.parametrize(("hour", "left", "opens"), [(7, 2, "08:00"), (8, 2, None), (20, 2, None), (21, 0, None)])
def test_what_opens_later_in_the_day_is_in_the_file_with_its_hours(database, served, hour, left, opens):
    lake, _, items = served()
    again = look(database, lake, items, datetime(2026, 6, 15, hour, tzinfo=TAIPEI))
    assert len(again.items) == left
    for way in (way for item in again.items for way in item.ways):
        told = way["opens_at"] and datetime.fromisoformat(way["opens_at"]).astimezone(TAIPEI).strftime("%H:%M")
        assert told == opens


def test_a_reminder_that_goes_by_message_becomes_no_call(database, served):
    lake, _, items = served()
    (item, *_) = (item for item in items if {way["channel"] for way in item.ways} > {"call"})
    by_message = [way for way in item.ways if way["channel"] != "call"]
    (told,) = look(database, lake, [replace(item, lane="promise", ways=by_message)]).items
    assert "call" not in {way["channel"] for way in told.ways}
    assert told.ways
    (told,) = look(database, lake, [replace(item, lane="promise")]).items
    assert "call" in {way["channel"] for way in told.ways}


def calls(*hours_ago):
    return [
        {"contact_id": f"C{hours}", "account_id": "A3", "debtor_id": "D2", "at": MORNING - timedelta(hours=hours)}
        | CALL
        for hours in hours_ago
    ]


def word_of(database, lake, account, at=MORNING):
    with database.connect() as connection:
        told = verdicts_now(lake, asked(lake), connection, OWNERS[account], at, limits_on=DAY)[account]
    return next(each for each in told if each.channel == "call")


def test_a_call_of_this_morning_that_no_load_has_brought_counts_at_once(database, served):
    lake, _, _ = served()
    assert word_of(database, lake, "A3").is_allowed
    with database.begin() as connection:
        (call,) = calls(1)
        record(connection, call, recorded_at=MORNING - timedelta(minutes=30))
    told = word_of(database, lake, "A3")
    assert not told.is_allowed
    assert told.until == datetime(2026, 6, 15, 11, tzinfo=TAIPEI)  # two hours after it, by the house's own spacing
    assert word_of(database, lake, "A3", MORNING - timedelta(minutes=31)).is_allowed, "not recorded yet"


def test_a_call_that_is_reserved_counts_until_it_is_given_back(database, served):
    lake, _, _ = served()
    with database.begin() as connection:
        reservation = reserve(
            connection, people=["D2"], accounts=["A3"], channel="call", claimed_by="C1", at=MORNING,
            expires_at=MORNING + timedelta(minutes=30),
        )  # fmt: skip
    assert not word_of(database, lake, "A3", MORNING + timedelta(minutes=1)).is_allowed
    with database.begin() as connection:
        release(connection, reservation, at=MORNING + timedelta(minutes=2))
    assert word_of(database, lake, "A3", MORNING + timedelta(minutes=3)).is_allowed


def test_a_call_that_lake_and_desk_both_know_counts_once(database, served):
    """Two calls a day is the house's most: one that is told twice leaves room for another."""
    lake, _, _ = served()
    (call,) = calls(2)
    with database.begin() as connection:
        record(connection, call, recorded_at=MORNING - timedelta(hours=2))
    told = {name: value for name, value in call.items() if name in COLUMNS["contacts"].split()}
    later = load_more(lake, "contacts", told | {"recorded_at": (MORNING - timedelta(hours=2)).isoformat()})
    with database.connect() as connection:
        judged = judge_now(later, asked(later), connection, ["D2"], MORNING, limits_on=DAY)
    assert len(judged.facts.contacts) == 1


def test_a_night_counts_what_the_desk_recorded_by_its_day_and_its_replay_does(database, no_registry, served, folder):
    lake = loaded(folder, "TW", book())
    with database.begin() as connection:
        for call in calls(*range(62, 69)):  # on Friday evening
            record(connection, call, recorded_at=call["at"])
    night = run_night(database, lake, no_registry, AS_OF, strategy("severity"), clock=DemoClock(), limits_on=DAY)
    with database.connect() as connection:
        assert len(night.built.judgement.facts.contacts) == 7
        item = store.item_of(connection, night.night_id, "A3")
    assert "call" not in {way["channel"] for way in item.ways}, "the week's seven calls were made"
    assert replay(database, lake.root, no_registry, night.night_id).difference is None


def test_the_night_hands_the_lakes_past_weeks_to_the_ledger(database, served):
    known = {"recorded_at": WHEN_KNOWN.isoformat()}
    recent = {"contact_id": "C1", "account_id": "A3", "at": "2026-06-10T08:00:00+00:00"} | CALL | known
    old = {"contact_id": "C2", "account_id": "A3", "at": "2026-05-01T08:00:00+00:00"} | CALL | known
    served(contacts=[recent, old])
    with database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT contact_id, source FROM contact_ledger").fetchall()
    assert [tuple(row) for row in rows] == [("C1", "lake")]


def test_another_persons_part_is_judged_by_their_own_facts_at_night_and_alone(database, served):
    party = {"account_id": "A3", "debtor_id": "D3", "role": "cosigner", "liable": True}
    hold = {"debtor_id": "D2", "kind": "deceased", "starts_on": date(2026, 6, 1)}
    lake, night, items = served(parties=[party], holds=[hold])
    (item,) = (item for item in items if "A3" in item.accounts)
    assert {(way["person"], way["part"]) for way in item.ways} == {("D3", "cosigner")}
    told = word_of(database, lake, "A3")
    assert {(way.person, way.part) for way in told.ways} == {("D3", "cosigner")}
    assert night.built.judgement.facts.people.id.tolist() == ["D1", "D2", "D3"]


def test_a_night_for_a_day_before_it_knows_is_wrong_use(database, no_registry, folder):
    lake = loaded(folder, "TW", book())
    with pytest.raises(WrongUse, match="lies before the day it knows"):
        run_night(
            database,
            lake,
            no_registry,
            AS_OF,
            strategy("severity"),
            clock=DemoClock(),
            served_on=AS_OF - timedelta(days=1),
        )


def test_a_country_that_is_accepted_no_longer_stops_the_night_and_the_start(database, no_registry, folder):
    lake = loaded(folder, "TW", book())
    source = folder / "other-settings"
    source.mkdir()
    (source / "portfolio.toml").write_text('[portfolio]\nzone = "Asia/Taipei"\ncountry = "TW"\n')
    (source / "points.csv").write_text("point_id,debtor_id,kind,value\nP9,D1,phone,+886912345679\n")
    with pytest.raises(BadInput, match=r"no_law"):
        load(source, lake.root, SystemClock())
    assert lawless_of(lake) == {}
    strict = lake.settings.model_copy(
        update={"portfolio": lake.settings.portfolio.model_copy(update={"no_law_profile": ()})}
    )
    lake.__dict__["settings"] = strict  # as a lake that an older version loaded
    assert lawless_of(lake) == {"TW": 3}
    with pytest.raises(BadInput, match=r"no law file is switched on for TW \(2 debtors\)"):
        run_night(database, lake, no_registry, AS_OF, strategy("severity"), clock=DemoClock())
