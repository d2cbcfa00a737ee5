"""Somebody calls in: found by number or account, and opened at once unless somebody else has them."""

import time
from datetime import timedelta

import pytest

from arrears.errors import WrongUse
from serving.desk.look_up import look_up
from serving.desk.outcome import outcome
from serving.desk.returns import release
from serving.desk.working import claim, expire, held_by
from tests.night.any_book import loaded
from tests.serving.desk_day import ANNA, BEN, MONDAY, a_night, as_remembered, book, desk_on

WHY = "called in"


@pytest.fixture(scope="module")
def monday(tmp_path_factory, module_database, no_registry):
    """D1 to D3 may be called; D3 is held; D1 and D2 share a number; D4 owes nothing; D5 has accounts of two clients.

    D6 has three accounts of one client: one in another currency, one that was charged off.
    """
    rows = book(4)
    rows["accounts"] = [
        *rows["accounts"],
        *(
            rows["accounts"][0] | {"account_id": f"B{n}", "debtor_id": "D5", "client": client}
            for n, client in enumerate(("bank", "shop"))
        ),
    ]
    own = ({}, {"currency": "EUR"}, {"charged_off_on": "2026-05-01", "charged_off_balance": 900})
    rows["accounts"] += [
        rows["accounts"][0] | {"account_id": f"C{n}", "debtor_id": "D6", "client": "bank"} | each
        for n, each in enumerate(own)
    ]
    rows["debtors"] += [{"debtor_id": f"D{n}", "kind": "person", "country": "TW"} for n in (5, 6)]
    named = ("B0", "B1", "C0", "C1", "C2")
    rows["statements"] += [rows["statements"][0] | {"account_id": name} for name in named]
    rows["statements"][3] = rows["statements"][3] | {"balance": 0, "past_due": 0, "days_past_due": 0}
    numbers = {"P1": "0912-345-678", "P2": "+886 912 345 678", "P3": "+886922000003", "P4": "0922000004"}
    rows["points"] = [
        {"point_id": p, "debtor_id": f"D{p[1]}", "kind": "phone", "value": value, "status": "good"}
        for p, value in (numbers | {"P5": "+886922000005", "P6": "+886922000006"}).items()
    ]
    rows["holds"] = [{"hold_id": "H1", "debtor_id": "D3", "kind": "attorney", "starts_on": "2026-06-01"}]
    lake = loaded(tmp_path_factory.mktemp("look-up"), "TW", rows)
    a_night(lake, module_database, no_registry)
    return lake, module_database


@pytest.fixture
def desk(monday):
    lake, engine = monday
    yield desk_on(lake, engine)
    as_remembered(engine)


@pytest.fixture
def here(desk):
    return desk.deployment


def chain(desk, debtor):
    return desk.rows("SELECT state, lane, made_by FROM work_items WHERE debtor_id = :d ORDER BY work_item_id", d=debtor)


def test_an_account_opens_its_debtor_in_lane_inbound_with_the_reason_kept(desk, here):
    found = look_up(here, ANNA, account_id="A1", reason=WHY)
    assert (found.claimed.item.debtor_id, found.claimed.item.lane) == ("D1", "inbound")
    assert found.claimed.lease.collector == "anna"
    assert chain(desk, "D1") == [("released", "pay", "night"), ("claimed", "inbound", "inbound")]
    told = desk.rows("SELECT because FROM work_item_events WHERE did = 'claimed'")
    assert told == [(WHY,)]
    assert desk.rows("SELECT count(*) FROM call_reservations") == [(0,)]  # nobody is called
    assert held_by(here, ANNA) == found.claimed


@pytest.mark.parametrize("written", ["+886922000004", "0922 000 004", "0922000004"])
def test_a_number_is_found_however_it_is_written(here, written):
    assert [match.debtor_id for match in look_up(here, ANNA, phone=written, reason=WHY).matches] == ["D4"]


def test_of_several_who_share_a_number_none_is_opened(desk, here):
    found = look_up(here, ANNA, phone="0912345678", reason=WHY)
    assert ([match.debtor_id for match in found.matches], found.claimed) == (["D1", "D2"], None)
    assert desk.rows("SELECT count(*) FROM leases") == [(0,)]


def test_a_number_that_came_since_the_load_is_found(desk, here):
    desk.run(
        "INSERT INTO source_events (source_table, row_key, row, digest, debtor_id, recorded_at, origin, posted_by)"
        " VALUES ('points', 'P9', CAST(:row AS jsonb), 'x', 'D1', :at, 'api', 'x')",
        row='{"point_id": "P9", "debtor_id": "D1", "kind": "phone", "value": "0933 999 999"}',
        at=MONDAY,
    )
    assert look_up(here, ANNA, phone="+886933999999", reason=WHY).claimed.item.debtor_id == "D1"


def test_who_is_held_or_owes_nothing_can_be_spoken_with_when_they_call(desk, here):
    for account, debtor in (("A3", "D3"), ("A4", "D4")):
        item = look_up(here, ANNA, account_id=account, reason=WHY).claimed.item
        assert (item.debtor_id, item.lane, item.accounts, item.ways) == (debtor, "inbound", [account], [])
        release(here, ANNA, item.work_item_id, "done")
        assert [state for state, *_ in chain(desk, debtor)] == ["released"]


def test_of_two_work_groups_the_account_says_which(here):
    assert look_up(here, ANNA, phone="+886922000005", reason=WHY).claimed is None
    found = look_up(here, ANNA, account_id="B1", reason=WHY)
    assert (found.claimed.item.client, found.claimed.item.accounts) == ("shop", ["B1"])


@pytest.mark.parametrize(("account", "currency"), [("C0", "USD"), ("C1", "EUR"), ("C2", "USD")])
def test_an_account_opens_its_own_work_group_of_several_of_one_client(desk, here, account, currency):
    found = look_up(here, ANNA, phone="+886922000006", reason=WHY)
    (match,) = found.matches
    assert (found.claimed, {group.client for group in match.groups}) == (None, {"bank"})
    assert [(group.currency, group.charged_off, group.accounts) for group in match.groups] == [
        ("EUR", False, ("C1",)),
        ("USD", False, ("C0",)),
        ("USD", True, ("C2",)),
    ]
    opened = look_up(here, ANNA, account_id=account, reason=WHY).claimed.item
    assert (opened.client, opened.currency, opened.accounts) == ("bank", currency, [account])
    others = "SELECT count(*) FROM work_items WHERE debtor_id = 'D6' AND state = 'ready' AND :a <> ALL (accounts)"
    assert desk.rows(others, a=account) == [(2,)]


def test_somebody_elses_debtor_is_shown_and_they_are_told(desk, here):
    held = claim(here, BEN)
    found = look_up(here, ANNA, account_id=held.item.lead_account_id, reason=WHY)
    assert (found.claimed, found.held_by) == (None, "ben")
    assert held.item.work_item_id in {item.work_item_id for item in found.matches[0].items}
    assert [notice["because"] for notice in held_by(here, BEN).notices] == ["called_in"]


def test_whom_one_holds_already_one_keeps(here):
    held = claim(here, ANNA)
    assert look_up(here, ANNA, account_id=held.item.lead_account_id, reason=WHY).claimed.item == held.item


def test_after_an_inbound_call_the_debtor_goes_back_to_the_lane_they_came_from(desk, here):
    item = look_up(here, ANNA, account_id="A1", reason=WHY).claimed.item
    told = {"disposition": "refused", "direction": "in", "verified_party": "primary", "debts_discussed": ["A1"]}
    stored = outcome(here, ANNA, item.work_item_id, told)
    assert (stored.lane, stored.next_item is not None) == ("pay", True)


def test_after_an_inbound_call_of_who_was_on_no_list_nothing_comes(desk, here):
    item = look_up(here, ANNA, account_id="A4", reason=WHY).claimed.item
    told = {"disposition": "refused", "direction": "in", "verified_party": "primary", "debts_discussed": ["A4"]}
    stored = outcome(here, ANNA, item.work_item_id, told)
    assert (stored.lane, stored.next_item) == (None, None)


def test_a_look_up_whose_lease_ran_out_goes_back_to_its_lane(desk, here):
    look_up(here, ANNA, account_id="A1", reason=WHY)
    look_up(here, BEN, account_id="A4", reason=WHY)
    desk.move(minutes=16)
    assert expire(here) == 2
    assert chain(desk, "D1")[-1] == ("ready", "pay", "return")
    assert chain(desk, "D4") == [("expired", "inbound", "inbound")]


def test_looking_up_again_by_the_same_key_opens_nothing_anew(desk, here):
    first = look_up(here, ANNA, account_id="A1", reason=WHY, key="k")
    assert look_up(here, ANNA, account_id="A1", reason=WHY, key="k").claimed == first.claimed


@pytest.mark.parametrize(
    "asked",
    [
        {"reason": WHY},
        {"reason": WHY, "phone": "0922000004", "account_id": "A1"},
        {"reason": " ", "account_id": "A1"},
        {"reason": "x" * 201, "account_id": "A1"},
        {"reason": WHY, "phone": "12"},
    ],
)
def test_a_look_up_says_whom_and_why(here, asked):
    with pytest.raises(WrongUse):
        look_up(here, ANNA, **asked)


def test_nobody_is_found_by_what_nobody_has(here):
    assert look_up(here, ANNA, account_id="A99", reason=WHY).matches == ()
    assert look_up(here, ANNA, phone="+886911111111", reason=WHY).matches == ()


def test_a_look_up_is_a_matter_of_a_moment(here):
    began = time.perf_counter()
    assert look_up(here, ANNA, phone="0922000004", reason=WHY).claimed
    assert timedelta(seconds=time.perf_counter() - began) < timedelta(seconds=2)
