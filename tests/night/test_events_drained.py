"""What came between loads is in the next night's lake, each version exactly once, whoever was killed on the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from arrears.events import drain as draining
from arrears.events.check import check
from arrears.events.drain import drain
from arrears.events.keep import keep, keep_own
from arrears.lake import Lake
from arrears.queues.strategy import strategy
from serving.gate.book import questions, read_book
from serving.night.nightly import run_night
from tests.demo_day import DemoClock
from tests.night.any_book import AS_OF, COLUMNS, loaded
from tests.serving.desk_day import MONDAY, book, desk_on

TUESDAY = AS_OF + timedelta(days=4)


@pytest.fixture
def desk(tmp_path, database, monkeypatch):
    monkeypatch.setitem(COLUMNS, "payments", "payment_id line account_id paid_on amount")
    paid = {"payment_id": "Y0", "line": 1, "account_id": "A1", "paid_on": "2026-06-01", "amount": 5}
    return desk_on(loaded(tmp_path, "TW", book(payments=[paid])), database)


def post(desk, table, **row):
    with desk.deployment.engine.begin() as connection:
        told = check(connection, desk.deployment.lake, table, [row], now=desk.now)
        assert told.faults == []
        keep(connection, [new for _, new in told.news], by="test")


def some(desk):
    post(desk, "payments", payment_id="Y1", line=1, account_id="A1", paid_on="2026-06-15", amount="30.5")
    post(desk, "promises", promise_id="R1", account_id="A2", made_on="2026-06-15", due_on="2026-06-25", amount=50)
    said = {"disposition": "callback", "connect": "answered", "conversation": True, "verified_party": "primary"}
    at = {"at": "2026-06-15T09:00:00+08:00", "channel": "call", "direction": "out"}
    post(desk, "contacts", contact_id="C1", account_id="A3", **at, **said)


def rows_of(lake, table):
    with lake.connect() as con:
        return con.execute(f"SELECT count(*), count(DISTINCT recorded_at) FROM {table}").fetchone()


def standing(desk):
    return {name: rows_of(Lake(desk.deployment.lake.root), name) for name in ("payments", "promises", "contacts")}


def drained(desk):
    return drain(desk.deployment.engine, desk.deployment.lake.root, desk.deployment.clock)


def undrained(desk):
    return desk.rows("SELECT count(*) FROM source_events WHERE drained_at IS NULL")[0][0]


def test_the_next_nights_features_know_what_was_posted_once(desk, no_registry):
    some(desk)
    root, engine = desk.deployment.lake.root, desk.deployment.engine
    run_night(engine, Lake(root), no_registry, TUESDAY, strategy("severity"), clock=DemoClock(), limits_on=TUESDAY)
    lake = Lake(root)
    asked = questions(lake.present, lake.settings)
    with lake.connect() as con:
        book = read_book(con, asked, TUESDAY, past_due_only=False)
    features = {
        name: dict(zip(book.account_id.tolist(), book.x[:, at], strict=True)) for at, name in enumerate(book.names)
    }
    assert features["paid_30d_minor"]["A1"] == 3_550
    assert features["promise_open_minor"]["A2"] == 5_000
    assert features["rpc_count_30d"]["A3"] == 1
    assert undrained(desk) == 0
    assert desk.rows("SELECT contact_id, source FROM contact_ledger") == [("C1", "lake")]


def test_a_drain_killed_before_its_mark_adds_nothing_the_second_time(desk, monkeypatch):
    some(desk)
    with monkeypatch.context() as broken:
        broken.setattr(draining, "_mark", _killed)
        with pytest.raises(KeyboardInterrupt):
            drained(desk)
    assert undrained(desk) == 3
    before, fingerprint = standing(desk), Lake(desk.deployment.lake.root).fingerprint
    assert before == {"payments": (2, 2), "promises": (1, 1), "contacts": (1, 1)}
    assert drained(desk).rows == {"payments": 1, "promises": 1, "contacts": 1}
    assert (standing(desk), Lake(desk.deployment.lake.root).fingerprint) == (before, fingerprint)
    assert undrained(desk) == 0


def test_a_drain_killed_before_its_mark_takes_what_came_since_along(desk, monkeypatch):
    some(desk)
    with monkeypatch.context() as broken:
        broken.setattr(draining, "_mark", _killed)
        with pytest.raises(KeyboardInterrupt):
            drained(desk)
    desk.move(minutes=1)
    post(desk, "payments", payment_id="Y2", line=1, account_id="A1", paid_on="2026-06-15", amount=1)
    drained(desk)
    assert standing(desk)["payments"] == (3, 3)


def _killed(*_):
    raise KeyboardInterrupt


def test_two_drains_at_once_load_every_row_once(desk):
    some(desk)
    with ThreadPoolExecutor(2) as two:
        told = [each.result() for each in [two.submit(drained, desk) for _ in range(2)]]
    assert sorted(sum(each.rows.values()) for each in told) == [0, 3]
    assert standing(desk) == {"payments": (2, 2), "promises": (1, 1), "contacts": (1, 1)}


def test_what_the_lake_refuses_stops_nothing_else_and_is_told(desk):
    some(desk)
    with desk.deployment.engine.begin() as connection:
        row = {"hold_id": "H1", "account_id": "nobody's", "kind": "cease", "starts_on": AS_OF}
        keep_own(connection, "holds", row, currency=None, recorded_at=MONDAY, by="test")
    told = drained(desk)
    assert (sum(told.rows.values()), list(told.refused.values())) == (3, ["orphan"])
    assert desk.rows("SELECT source_table, refused_because FROM source_events WHERE drained_at IS NULL") == [
        ("holds", "orphan")
    ]
    again = drained(desk)
    assert (again.rows, again.load_id, list(again.refused.values())) == ({}, None, ["orphan"])


def test_nothing_to_drain_leaves_the_lake(desk):
    before = Lake(desk.deployment.lake.root).manifest
    assert drained(desk).load_id is None
    assert Lake(desk.deployment.lake.root).manifest == before


def test_a_correction_and_a_removal_come_after_what_they_correct(desk):
    some(desk)
    desk.move(minutes=1)
    post(desk, "payments", payment_id="Y1", line=1, account_id="A1", paid_on="2026-06-15", amount="31.5")
    desk.move(minutes=1)
    post(desk, "promises", promise_id="R1", deleted=True)
    drained(desk)
    with Lake(desk.deployment.lake.root).connect() as con:
        paid = con.execute("SELECT amount_minor FROM payments WHERE payment_id = 'Y1' AND known_until IS NULL")
        assert paid.fetchall() == [(3_150,)]
        assert con.execute("SELECT count(*) FROM promises WHERE known_until IS NULL AND NOT deleted").fetchall() == [
            (0,)
        ]
