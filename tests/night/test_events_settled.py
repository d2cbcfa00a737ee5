"""Facts posted at noon move the debtor's open items at once, and never what somebody has in hand."""

from zoneinfo import ZoneInfo

import pytest

from arrears.events.check import check
from arrears.events.keep import keep
from arrears.queues.desk.team import Member
from serving.desk.returns import release
from serving.desk.working import claim
from serving.events import sweep
from serving.events.settle import settle
from serving.events.sweep import Sweep
from serving.live import Live
from tests.night.any_book import loaded
from tests.serving.desk_day import ANNA, MONDAY, a_night, as_remembered, book, desk_on

OPEN = """
    SELECT debtor_id, lane, state, made_by, balance_minor, past_due_minor FROM work_items
    WHERE state IN ('ready', 'claimed') ORDER BY debtor_id
"""


@pytest.fixture(scope="module")
def worked(module_database, no_registry, tmp_path_factory):
    """A lake with its night, and the questions compiled for it."""
    lake, live = loaded(tmp_path_factory.mktemp("settled"), "TW", book()), Live()
    a_night(lake, module_database, no_registry)
    yield lake, live
    live.close()


@pytest.fixture
def desk(worked, module_database):
    lake, live = worked
    as_remembered(module_database)
    return desk_on(lake, module_database, live=live)


@pytest.fixture
def desk_with(tmp_path, database, no_registry):
    """A desk on a book with more in it."""
    live = Live()

    def made(country="TW", at=MONDAY, **more):
        lake = loaded(tmp_path, country, book(country=country) | more)
        a_night(lake, database, no_registry)
        return desk_on(lake, database, live=live, at=at)

    yield made
    live.close()


def post(desk, table, **row):
    """Store one row, and let the items follow it."""
    told = stored(desk, table, **row)
    return {each.debtor_id: each for each in settle(desk.deployment, [new.debtor_id for _, new in told.news])}


def stored(desk, table, origin="api", **row):
    with desk.deployment.engine.begin() as connection:
        told = check(connection, desk.deployment.lake, table, [row], now=desk.now)
        assert told.faults == []
        keep(connection, [new for _, new in told.news], by="test", origin=origin)
    return told


def open_items(desk, debtor):
    return [row for row in desk.rows(OPEN) if row[0] == debtor]


def hold(kind, debtor="D1", **more):
    return {
        "hold_id": f"H-{kind}",
        "debtor_id": debtor,
        "kind": kind,
        "starts_on": "2026-06-15",
        "form": "written",
    } | more


def payment(amount, account="A1", number=1):
    return {"payment_id": f"Y{number}", "line": 1, "account_id": account, "paid_on": "2026-06-15", "amount": amount}


def test_a_payment_of_everything_withdraws_the_item(desk):
    told = post(desk, "payments", **payment("900"))["D1"]
    assert list(told.withdrawn.values()) == ["nothing_owed"]
    assert open_items(desk, "D1") == []
    (action, because) = desk.rows("SELECT action, because FROM decisions WHERE debtor_id = 'D1' ORDER BY at DESC")[0]
    assert (action, because[0]) == ("withdrawn", "nothing_owed")


def test_a_part_payment_makes_a_successor_with_what_is_owed_now(desk):
    before = desk.rows("SELECT reasons FROM work_items WHERE debtor_id = 'D1'")[0]
    told = post(desk, "payments", **payment("30"))["D1"]
    assert len(told.reranked) == 1
    assert open_items(desk, "D1") == [("D1", "pay", "ready", "event", 87_000, 6_000)]
    sql = "SELECT terms, reasons, place, judged_at FROM work_items WHERE debtor_id = 'D1' AND state = 'ready'"
    ((terms, reasons, _, judged_at),) = desk.rows(sql)
    assert terms["balance_minor"] == 87_000
    assert (reasons, judged_at) == (before[0], desk.now)


def test_a_second_payment_counts_once_more_and_not_twice(desk):
    sql = """
        SELECT balance_minor, (terms ->> 'balance_minor')::float FROM work_items
        WHERE debtor_id = 'D1' AND state = 'ready'
    """
    told = []
    for number in (1, 2, 3):
        post(desk, "payments", **payment("10", number=number))
        told += desk.rows(sql)
    assert told == [(each, each) for each in (89_000, 88_000, 87_000)]


@pytest.mark.parametrize(
    ("kind", "lane"),
    [("bankruptcy", "legal_review"), ("hardship", "hardship"), ("vulnerable", "specialist"), ("cease", "legal_review")],
)
def test_a_hold_moves_the_item_to_the_lane_it_asks_for(desk, kind, lane):
    told = post(desk, "holds", **hold(kind))["D1"]
    assert list(told.moved.values()) == [lane], told
    assert [row[1:4] for row in open_items(desk, "D1")] == [(lane, "ready", "event")]


def test_a_dispute_moves_and_its_end_brings_back(desk):
    post(desk, "disputes", dispute_id="S1", account_id="A1", opened_on="2026-06-15", form="written")
    assert [row[1] for row in open_items(desk, "D1")] == ["dispute"]
    desk.move(minutes=5)
    post(
        desk,
        "disputes",
        dispute_id="S1",
        account_id="A1",
        opened_on="2026-06-15",
        form="written",
        resolved_on="2026-06-14",
    )
    assert [row[1] for row in open_items(desk, "D1")] == ["pay"]


def test_a_promise_withdraws_pay_and_calling_it_off_brings_the_debtor_back(desk):
    promise = {"promise_id": "R1", "account_id": "A1", "made_on": "2026-06-15", "due_on": "2026-06-19", "amount": "50"}
    told = post(desk, "promises", **promise)["D1"]
    assert list(told.withdrawn.values()) == ["open_promise"]
    desk.move(minutes=5)
    told = post(desk, "promises", **promise, cancelled_on="2026-06-15")["D1"]
    assert len(told.made) == 1
    assert [row[1:4] for row in open_items(desk, "D1")] == [("pay", "ready", "event")]


def test_what_was_held_at_night_comes_when_the_hold_ends(desk_with):
    held = [{"hold_id": "H1", "debtor_id": "D1", "kind": "disaster", "starts_on": "2026-06-01"}]
    desk = desk_with(holds=held)
    assert open_items(desk, "D1") == []
    told = post(
        desk, "holds", hold_id="H1", debtor_id="D1", kind="disaster", starts_on="2026-06-01", ends_on="2026-06-14"
    )
    assert len(told["D1"].made) == 1
    assert [row[1:4] for row in open_items(desk, "D1")] == [("pay", "ready", "event")]


def test_nobody_comes_back_who_was_worked(desk):
    desk.run("UPDATE work_items SET state = 'claimed' WHERE debtor_id = 'D1'")
    desk.run("UPDATE work_items SET state = 'worked' WHERE debtor_id = 'D1'")
    assert post(desk, "points", point_id="P9", debtor_id="D1", kind="phone", value="+886912345679", status="good") == {}
    assert open_items(desk, "D1") == []


def test_what_somebody_has_in_hand_is_told_and_followed_when_it_comes_back(desk):
    held = claim(desk.deployment, ANNA)
    debtor = held.item.debtor_id
    account = f"A{debtor[1:]}"
    told = post(desk, "payments", **payment("900", account))
    assert len(told[debtor].noticed) == 1
    assert [row[2] for row in open_items(desk, debtor)] == ["claimed"]
    ((because, detail),) = desk.rows("SELECT because, detail FROM work_item_events WHERE did = 'noticed'")
    assert (because, detail["fact"], detail["amount"]) == ("payments", "payments", "900.00")
    assert settle(desk.deployment) == [], "while it is in hand nobody asks again"
    desk.move(minutes=1)
    release(desk.deployment, ANNA, held.item.work_item_id, because="asked to wait")
    (told,) = settle(desk.deployment)
    assert list(told.withdrawn.values()) == ["nothing_owed"]


def test_settling_twice_and_facts_that_change_nothing_leave_the_item(desk):
    before = desk.rows("SELECT work_item_id FROM work_items WHERE state = 'ready' ORDER BY 1")
    post(desk, "notices", notice_id="N1", account_id="A1", kind="validation", channel="letter", sent_on="2026-06-12")
    desk.run("UPDATE source_events SET settled_at = NULL")
    assert settle(desk.deployment) == []
    assert desk.rows("SELECT work_item_id FROM work_items WHERE state = 'ready' ORDER BY 1") == before
    assert desk.rows("SELECT count(*) FROM source_events WHERE settled_at IS NULL") == [(0,)]


def test_a_cosigners_facts_move_the_debtors_item(desk_with):
    party = {"account_id": "A1", "debtor_id": "D2", "role": "cosigner", "liable": True}
    desk = desk_with(parties=[party])
    told = post(desk, "holds", **hold("cease", "D2"))
    assert set(told) == {"D1", "D2"}
    (ways,) = (row[0] for row in desk.rows("SELECT ways FROM work_items WHERE debtor_id = 'D1' AND state = 'ready'"))
    assert {way["person"] for way in ways} == {"D1"}


COMAKER = [{"account_id": "A1", "debtor_id": "D2", "role": "joint", "liable": True}]
CEASED = [{"hold_id": "H0", "debtor_id": "D2", "kind": "cease", "starts_on": "2026-06-01", "form": "written"}]


@pytest.fixture
def joint(desk_with):
    """D2 has a part in D1's account and no open way, so D1's item is about D1 alone; all live in Albany."""
    lives = {"kind": "person", "country": "US", "region": "NY", "postal_code": "12207", "city": "Albany"}
    desk = desk_with(
        country="US",
        at=MONDAY.replace(tzinfo=ZoneInfo("America/New_York")),
        points=[{"point_id": "P1", "debtor_id": "D1", "kind": "phone", "value": "+15185550100", "status": "good"}],
        debtors=[{"debtor_id": f"D{n}"} | lives for n in (1, 2, 3)],
        parties=COMAKER,
        holds=CEASED,
    )
    assert desk.rows("SELECT people FROM work_items WHERE debtor_id = 'D1' AND state = 'ready'") == [(["D1"],)]
    return desk


def test_a_codebtors_hold_that_the_desk_told_moves_the_debtors_item(joint):
    stored(joint, "holds", origin="desk", **hold("bankruptcy", "D2", chapter="13"))
    settle(joint.deployment)
    assert "pay" not in [row[1] for row in open_items(joint, "D1")]


def test_a_codebtors_hold_waits_while_the_debtor_is_in_hand_and_is_followed_then(joint):
    joint.run("UPDATE work_items SET state = 'withdrawn' WHERE debtor_id = 'D3' AND state = 'ready'")
    held = claim(joint.deployment, ANNA, queue="pay")
    assert held.item.debtor_id == "D1"
    joint.move(minutes=1)
    assert post(joint, "holds", **hold("bankruptcy", "D2", chapter="13"))["D1"].noticed == [held.item.work_item_id]
    waits = "SELECT count(*) FROM source_events WHERE settled_at IS NULL"
    assert joint.rows(waits) == [(1,)]
    assert settle(joint.deployment) == [], "not taken up again each second"
    release(joint.deployment, ANNA, held.item.work_item_id, because="asked to wait")
    settle(joint.deployment)
    assert joint.rows(waits) == [(0,)]
    assert "pay" not in [row[1] for row in open_items(joint, "D1")]


def test_an_item_that_moves_leaves_its_owner_and_asks_what_its_lane_asks(desk):
    team = {name: Member(name, skills=skills) for name, skills in (("anna", ()), ("ben", ("hardship",)))}
    desk.deployment.desk._team = (desk.deployment.desk.fingerprint(desk.deployment.lake), team)
    desk.run("UPDATE work_items SET assigned_to = 'anna' WHERE debtor_id = 'D1' AND state = 'ready'")
    post(desk, "holds", **hold("hardship"))
    sql = "SELECT lane, assigned_to, skill FROM work_items WHERE debtor_id = 'D1' AND state = 'ready'"
    assert desk.rows(sql) == [("hardship", None, "hardship")]


def test_one_debtors_trouble_keeps_nobody_else_waiting(desk, caplog):
    stored(desk, "payments", **payment("900", "A1", 1))
    stored(desk, "payments", **payment("900", "A2", 2))
    desk.run("ALTER TABLE work_items ADD CONSTRAINT trouble CHECK (debtor_id <> 'D1' OR state <> 'withdrawn')")
    try:
        (told,) = settle(desk.deployment)
        assert told.debtor_id == "D2"
        assert desk.rows("SELECT debtor_id FROM source_events WHERE settled_at IS NULL") == [("D1",)]
    finally:
        desk.run("ALTER TABLE work_items DROP CONSTRAINT trouble")
    assert [(told.debtor_id, len(told.withdrawn)) for told in settle(desk.deployment)] == [("D1", 1)]
    assert "D1" not in caplog.text


def test_the_sweep_follows_what_a_crash_left_and_ends_leases_that_are_over(desk):
    held = claim(desk.deployment, ANNA)
    other = next(row[0] for row in desk.rows(OPEN) if row[0] != held.item.debtor_id)
    stored(desk, "payments", **payment("900", f"A{other[1:]}"))
    desk.move(minutes=16)
    watch = Sweep(desk.deployment)
    assert watch.once() == 0, "whoever posts it lets the items follow and tells what became of them"
    assert watch.once() == 1
    assert open_items(desk, other) == []
    assert [row[2:4] for row in open_items(desk, held.item.debtor_id)] == [("ready", "return")]


def test_one_sweep_at_a_time(desk):
    stored(desk, "payments", **payment("900"))
    watch = Sweep(desk.deployment)
    watch.once()
    with desk.deployment.engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({sweep.ONE_AT_A_TIME})")
        assert watch.once() == 0
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({sweep.ONE_AT_A_TIME})")
    assert watch.once() == 1
