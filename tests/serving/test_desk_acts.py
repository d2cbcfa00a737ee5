"""A collector's day on a real night: claims through the gate, outcomes once, what comes next, what goes back."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from arrears.errors import BadInput, Refused, WrongUse
from serving.desk.outcome import outcome
from serving.desk.returns import release, skip, snooze
from serving.desk.working import claim, expire, extend, held_by, held_item
from serving.gate.may_we import judge_now
from serving.live import Live
from tests.night.any_book import loaded
from tests.serving.desk_day import ANNA, BEN, MONDAY, TAIPEI, a_night, as_remembered, book, desk_on

NO_ANSWER = {"disposition": "no_answer"}
PROMISE = {
    "disposition": "promise",
    "verified_party": "primary",
    "amount_minor": 9000,
    "due_on": "2026-06-20",
    "method": "verbal",
}
LEASE = timedelta(minutes=15)


@pytest.fixture(scope="module")
def monday(tmp_path_factory, module_database, no_registry):
    lake = loaded(tmp_path_factory.mktemp("desk"), "TW", book())
    a_night(lake, module_database, no_registry)
    return lake, module_database, Live()


@pytest.fixture
def desk(monday):
    lake, engine, live = monday
    yield desk_on(lake, engine, live=live)
    as_remembered(engine)


@pytest.fixture
def here(desk):
    return desk.deployment


def states(desk):
    return [state for (state,) in desk.rows("SELECT state FROM work_items ORDER BY work_item_id")]


def test_a_claim_on_the_night_it_was_judged_asks_no_rule_again(desk, here, monkeypatch):
    monkeypatch.setattr("serving.desk.gate.judge_now", lambda *_, **__: pytest.fail("the rules were asked"))
    held = claim(here, ANNA)
    assert (held.item.state, held.lease.expires_at) == ("claimed", MONDAY + LEASE)
    assert {way["channel"] for way in held.ways} >= {"call"}
    assert held_by(here, ANNA) == held == held_item(here, held.item.work_item_id)
    assert claim(here, ANNA) == held  # one at a time
    assert claim(here, BEN).item.work_item_id != held.item.work_item_id


def test_when_everybody_is_taken_there_is_nothing(desk, here):
    got = [claim(here, ANNA, another=True) for _ in range(4)]
    assert [held is None for held in got] == [False, False, False, True]


def test_after_a_load_the_rules_are_asked_again(desk, here):
    desk.run("UPDATE nights SET lake_fingerprint = 'another'")
    held = claim(here, ANNA)
    assert held.judged_at == MONDAY
    call = next(way for way in held.ways if way["channel"] == "call")
    assert datetime.fromisoformat(call["allowed_until"]) == datetime(2026, 6, 15, 21, tzinfo=TAIPEI)


def test_who_is_held_by_now_leaves_the_queue_with_the_reason(desk, here):
    first = desk.rows("SELECT debtor_id, work_item_id FROM work_items ORDER BY place LIMIT 1")[0]
    desk.run(
        "INSERT INTO source_events (source_table, row_key, row, digest, debtor_id, recorded_at, origin, posted_by)"
        " VALUES ('holds', 'H9', CAST(:row AS jsonb), 'x', :debtor, :at, 'api', 'x')",
        row='{"hold_id": "H9", "debtor_id": "' + first[0] + '", "kind": "cease", "starts_on": "2026-06-15"}',
        debtor=first[0],
        at=MONDAY,
    )
    held = claim(here, ANNA)
    assert held.item.debtor_id != first[0]
    ((state, because),) = desk.rows(
        "SELECT state, state_because FROM work_items WHERE work_item_id = :item", item=first[1]
    )
    assert state == "withdrawn"
    told = desk.rows("SELECT action, is_eligible, because FROM decisions WHERE work_item_id = :item", item=first[1])
    assert ("held", False, [because]) in told or any(because in codes for _, _, codes in told)


@pytest.mark.parametrize(("hour", "served"), [(7, False), (8, True), (20, True), (21, False)])
def test_nobody_is_called_at_a_forbidden_hour(desk, here, hour, served):
    desk.at(MONDAY.replace(hour=hour))
    assert (claim(here, ANNA) is not None) == served


def test_what_is_not_open_yet_waits_for_its_hour(desk, here):
    desk.at(MONDAY.replace(hour=7))
    assert claim(here, ANNA) is None
    waits = desk.rows("SELECT DISTINCT state, ready_at FROM work_items WHERE state = 'ready'")
    assert waits == [("ready", MONDAY.replace(hour=8))]
    desk.at(MONDAY.replace(hour=8))
    assert claim(here, ANNA) is not None


def test_an_outcome_is_stored_with_all_that_follows(desk, here):
    held = claim(here, ANNA)
    desk.move(minutes=5)
    stored = outcome(here, ANNA, held.item.work_item_id, NO_ANSWER)
    assert (stored.contact_id, stored.after_lease) == (f"desk-{held.decision_id}", False)
    assert (stored.lane, stored.ready_at > desk.now) == ("pay", True)
    kept = desk.rows("SELECT contact_id, disposition, collector FROM outcomes")
    assert kept == [(stored.contact_id, "no_answer", "anna")]
    assert desk.rows("SELECT contact_id, source FROM contact_ledger") == [(stored.contact_id, "desk")]
    assert desk.rows("SELECT source_table, row_key FROM source_events") == [("contacts", stored.contact_id)]
    assert desk.rows("SELECT contact_id FROM call_reservations WHERE ended_at IS NOT NULL") == [(stored.contact_id,)]
    assert desk.rows("SELECT count(*) FROM leases WHERE ended_at IS NULL") == [(0,)]
    (follows,) = desk.rows("SELECT follows, state, tries FROM work_items WHERE follows IS NOT NULL")
    assert follows == (held.item.work_item_id, "ready", 1)
    assert held_by(here, ANNA) is None


def test_a_promise_goes_to_the_lake_and_its_item_waits_for_the_day(desk, here):
    held = claim(here, ANNA)
    told = PROMISE | {"debts_discussed": held.item.accounts}
    stored = outcome(here, ANNA, held.item.work_item_id, told)
    assert stored.lane == "promise"
    tables = [table for (table,) in desk.rows("SELECT source_table FROM source_events ORDER BY event_id")]
    assert tables[0] == "contacts"
    assert "promises" in tables
    ((row,),) = desk.rows("SELECT row FROM source_events WHERE source_table = 'promises'")
    assert (row["amount"], row["due_on"]) == ("90.00", "2026-06-20")


def test_the_same_outcome_ten_times_at_once_is_one(desk, here):
    held = claim(here, ANNA)
    answers, ready = [], Barrier(10)

    def post():
        ready.wait()
        answers.append(outcome(here, ANNA, held.item.work_item_id, NO_ANSWER, key="k1"))

    threads = [Thread(target=post) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 10
    assert len({(answer.contact_id, answer.next_item) for answer in answers}) == 1
    assert desk.rows("SELECT count(*) FROM outcomes") == [(1,)]
    assert desk.rows("SELECT count(*) FROM source_events") == [(1,)]
    assert desk.rows("SELECT count(*) FROM work_items WHERE follows IS NOT NULL") == [(1,)]


def test_without_a_key_too_a_claim_bears_one_contact(desk, here):
    held = claim(here, ANNA)
    first = outcome(here, ANNA, held.item.work_item_id, NO_ANSWER)
    again = outcome(here, ANNA, held.item.work_item_id, NO_ANSWER)
    assert (again.contact_id, again.next_item) == (first.contact_id, first.next_item)
    assert desk.rows("SELECT count(*) FROM outcomes") == [(1,)]


def test_another_outcome_of_a_claim_is_refused_not_swallowed(desk, here):
    held = claim(here, ANNA)
    told = PROMISE | {"debts_discussed": held.item.accounts, "talk_minutes": 3.0}
    first = outcome(here, ANNA, held.item.work_item_id, told)
    with pytest.raises(Refused, match="another outcome of this claim is stored"):
        outcome(here, ANNA, held.item.work_item_id, NO_ANSWER)
    other = claim(here, BEN)
    with pytest.raises(Refused, match="another outcome"):
        outcome(here, BEN, other.item.work_item_id, NO_ANSWER, contact_id=first.contact_id)
    desk.move(days=6)
    assert outcome(here, ANNA, held.item.work_item_id, told).next_item == first.next_item
    assert desk.rows("SELECT count(*) FROM outcomes") == [(1,)]


def test_a_key_for_something_else_is_refused(desk, here):
    held = claim(here, ANNA, key="k1")
    assert claim(here, ANNA, key="k1") == held
    with pytest.raises(Refused, match="used for something else"):
        outcome(here, ANNA, held.item.work_item_id, NO_ANSWER, key="k1")


def test_an_outcome_after_the_lease_is_stored_and_steers_what_still_waits(desk, here):
    held = claim(here, ANNA)
    desk.move(minutes=16)
    assert expire(here) == 1
    stored = outcome(here, ANNA, held.item.work_item_id, PROMISE | {"debts_discussed": held.item.accounts})
    assert (stored.after_lease, stored.lane) == (True, "promise")
    chain = desk.rows(
        "SELECT state, lane FROM work_items WHERE debtor_id = :d ORDER BY work_item_id", d=held.item.debtor_id
    )
    assert chain == [("expired", "pay"), ("released", "pay"), ("ready", "promise")]
    assert desk.rows("SELECT count(*) FROM outcomes WHERE after_lease") == [(1,)]


def test_an_outcome_after_the_lease_takes_the_item_from_nobody(desk, here):
    held = claim(here, ANNA)
    desk.move(minutes=16)
    expire(here)
    while (taken := claim(here, BEN, another=True)).item.debtor_id != held.item.debtor_id:
        pass
    stored = outcome(here, ANNA, held.item.work_item_id, NO_ANSWER)
    assert (stored.after_lease, stored.next_item) == (True, None)
    again = held_item(here, taken.item.work_item_id)
    assert again.lease.collector == "ben"
    assert [notice["because"] for notice in again.notices] == ["no_answer"]


def test_an_older_late_outcome_undoes_nothing_that_a_newer_one_agreed(desk, here):
    held = claim(here, ANNA)
    called_at = desk.now
    desk.move(minutes=16)
    expire(here)
    while (taken := claim(here, BEN, another=True)).item.debtor_id != held.item.debtor_id:
        pass
    agreed = outcome(here, BEN, taken.item.work_item_id, PROMISE | {"debts_discussed": held.item.accounts})
    desk.move(minutes=1)
    late = outcome(here, ANNA, held.item.work_item_id, NO_ANSWER, at=called_at)
    assert (late.after_lease, late.next_item) == (True, None)
    assert desk.rows("SELECT count(*) FROM contact_ledger") == [(2,)]
    waits = desk.rows(
        "SELECT work_item_id, lane FROM work_items WHERE debtor_id = :d AND state = 'ready'", d=held.item.debtor_id
    )
    assert waits == [(agreed.next_item, "promise")]


def test_a_lease_that_nobody_ended_yet_still_takes_its_outcome(desk, here):
    held = claim(here, ANNA)
    desk.move(minutes=16)
    assert not outcome(here, ANNA, held.item.work_item_id, NO_ANSWER).after_lease


def test_who_never_had_an_item_records_nothing_of_it(desk, here):
    held = claim(here, ANNA)
    with pytest.raises(Refused, match="never had"):
        outcome(here, BEN, held.item.work_item_id, NO_ANSWER)
    with pytest.raises(WrongUse, match="no such item"):
        outcome(here, BEN, 10**9, NO_ANSWER)


@pytest.mark.parametrize(
    ("posted", "problem"),
    [
        ({"disposition": "callback"}, BadInput),
        (NO_ANSWER | {"debts_discussed": ["A99"]}, BadInput),
        (NO_ANSWER | {"debtor_id": "D1"}, WrongUse),
    ],
)
def test_an_outcome_that_lacks_or_invents_something_is_not_stored(desk, here, posted, problem):
    held = claim(here, ANNA)
    with pytest.raises(problem):
        outcome(here, ANNA, held.item.work_item_id, posted, key="k")
    assert desk.rows("SELECT count(*) FROM outcomes") == [(0,)]
    assert desk.rows("SELECT count(*) FROM idempotency_keys") == [(0,)]
    assert held_by(here, ANNA) == held


def test_an_outcome_lies_not_in_the_future(desk, here):
    held = claim(here, ANNA)
    with pytest.raises(BadInput, match="future"):
        outcome(here, ANNA, held.item.work_item_id, NO_ANSWER, at=desk.now + timedelta(minutes=6))
    assert outcome(here, ANNA, held.item.work_item_id, NO_ANSWER, at=desk.now + timedelta(minutes=5))


def test_a_call_that_was_made_lies_not_before_its_claim(desk, here):
    held = claim(here, ANNA)
    claimed_at = desk.now
    desk.move(minutes=10)
    with pytest.raises(BadInput, match="before the item was claimed"):
        outcome(here, ANNA, held.item.work_item_id, NO_ANSWER, at=claimed_at - timedelta(minutes=5, seconds=1))
    passed = {"disposition": "callback", "callback_at": desk.now.isoformat(), "conversation": False}
    with pytest.raises(BadInput, match="callback_at has passed"):
        outcome(here, ANNA, held.item.work_item_id, passed, at=claimed_at)
    assert outcome(here, ANNA, held.item.work_item_id, NO_ANSWER, at=claimed_at - timedelta(minutes=5))


def test_a_debtor_who_cannot_be_judged_stops_no_other_claim(desk, here, monkeypatch):
    desk.run("UPDATE nights SET lake_fingerprint = 'another'")
    ((first,),) = desk.rows("SELECT debtor_id FROM work_items ORDER BY place LIMIT 1")

    def broken_for_one(*asked, **how):
        if asked[3] == [first]:
            raise BadInput(asked="judge", found="a row that cannot be read", do="Mend it.")
        return judge_now(*asked, **how)

    monkeypatch.setattr("serving.desk.gate.judge_now", broken_for_one)
    assert claim(here, ANNA).item.debtor_id != first
    waits = desk.rows("SELECT ready_at FROM work_items WHERE debtor_id = :d AND state = 'ready'", d=first)
    assert waits == [(desk.now + timedelta(minutes=15),)]


def test_what_is_given_back_goes_to_somebody_else(desk, here):
    held = claim(here, ANNA)
    back = release(here, ANNA, held.item.work_item_id, "wrong portfolio")
    assert held_by(here, ANNA) is None
    assert claim(here, BEN).item.work_item_id == back.next_item
    got = [claim(here, ANNA, another=True) for _ in range(3)]
    assert [held and held.item.work_item_id for held in got].count(back.next_item) == 0
    with pytest.raises(Refused, match="lease has ended"):
        release(here, ANNA, held.item.work_item_id, "again")


def test_a_reason_is_asked_for(desk, here):
    held = claim(here, ANNA)
    with pytest.raises(WrongUse, match="0 characters"):
        release(here, ANNA, held.item.work_item_id, " ")


def test_skips_are_budgeted_by_the_day_but_for_language_and_conflict(desk, here):
    budget = here.settings.desk.skip_budget
    for number in range(budget):
        held = claim(here, ANNA)
        assert skip(here, ANNA, held.item.work_item_id, "needs_research").skips_left == budget - number - 1
        desk.run("UPDATE work_items SET ready_at = :at WHERE state = 'ready'", at=desk.now)
    held = claim(here, ANNA)
    with pytest.raises(Refused, match="skips of this day are spent"):
        skip(here, ANNA, held.item.work_item_id, "too_hard")
    assert skip(here, ANNA, held.item.work_item_id, "conflict_of_interest").skips_left == 0
    assert desk.rows("SELECT count(*) FROM decisions WHERE action = 'skipped'") == [(budget + 1,)]
    desk.at(MONDAY + timedelta(days=1))
    desk.run("UPDATE nights SET lake_fingerprint = 'another'")
    held = claim(here, ANNA)
    assert skip(here, ANNA, held.item.work_item_id, "too_hard").skips_left == budget - 1


def test_a_skip_for_language_goes_to_who_speaks_it(desk, here):
    held = claim(here, ANNA)
    back = skip(here, ANNA, held.item.work_item_id, "language", language="es")
    asked = desk.rows("SELECT language, not_for FROM work_items WHERE work_item_id = :item", item=back.next_item)
    assert asked == [("es", ["anna"])]


def test_what_is_put_off_comes_back_to_the_same_hands_at_its_hour(desk, here):
    held = claim(here, ANNA)
    until = desk.now + timedelta(hours=2)
    back = snooze(here, ANNA, held.item.work_item_id, until, "asked to think")
    desk.at(until - timedelta(seconds=1))
    assert claim(here, ANNA, another=True).item.work_item_id != back.next_item
    desk.at(until)
    assert claim(here, ANNA, another=True).item.work_item_id == back.next_item
    for wrong in (until, until + timedelta(days=31)):
        with pytest.raises(WrongUse, match="put an item off"):
            snooze(here, ANNA, back.next_item, wrong, "later")


def test_a_callback_waits_for_its_hour_then_for_its_owner_then_for_the_team(desk, here):
    held = claim(here, ANNA)
    hour = desk.now + timedelta(hours=3)
    stored = outcome(
        here,
        ANNA,
        held.item.work_item_id,
        {"disposition": "callback", "callback_at": hour.isoformat(), "conversation": False},
    )
    assert (stored.lane, stored.ready_at) == ("callback", hour)
    desk.at(hour + timedelta(minutes=9))
    assert claim(here, BEN).item.work_item_id != stored.next_item
    desk.at(hour + timedelta(minutes=10))
    assert claim(here, BEN, another=True).item.work_item_id == stored.next_item


def test_a_lease_is_kept_while_the_desk_is_open(desk, here):
    held = claim(here, ANNA)
    desk.move(minutes=14)
    assert extend(here, ANNA, held.item.work_item_id) == desk.now + LEASE
    desk.move(minutes=14)
    assert held_by(here, ANNA).item == held.item
    desk.move(minutes=2)
    with pytest.raises(Refused, match="lease has ended"):
        extend(here, ANNA, held.item.work_item_id)
