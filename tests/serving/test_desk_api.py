"""The desk over HTTP: claim, outcome, give back, put off, keep; once by its key, and never another's."""

from datetime import datetime, timedelta

import pytest

from serving.problems import MEDIA_TYPE

NEVER_TOLD = {"propensity", "p_roll", "priority", "value_minor", "arm", "strategy", "chosen_with_probability", "terms"}


@pytest.fixture(scope="module")
def collector(desks):
    return desks.collector()


@pytest.fixture
def item(collector):
    """An item in the collector's hands; given back afterwards, where it still is."""
    claimed = collector.claim()
    yield claimed
    collector.post(claimed["work_item_id"], "release", {"because": "the test is over"})


def problem(answer):
    assert answer.headers["content-type"] == MEDIA_TYPE
    return answer.json()["type"].rpartition(":")[2]


def test_a_claim_tells_what_a_talk_needs_and_no_score(item):
    assert item["lane"] == "pay"
    assert item["accounts"]
    assert item["reasons"]
    assert item["lease_until"] > item["judged_at"]
    assert item["staleness_seconds"] > 0
    assert {way["channel"] for way in item["ways"]} >= {"call"}
    assert set(item) & NEVER_TOLD == set()


def test_who_holds_an_item_is_given_it_again(collector, item):
    assert collector.claim()["work_item_id"] == item["work_item_id"]


def test_a_queue_that_nobody_has_is_refused_with_the_queues_there_are(collector):
    answer = collector.client.post("/v1/queues/everything/claim")
    assert (answer.status_code, problem(answer)) == (422, "wrong-request")
    assert "next, pay" in answer.json()["detail"]


def test_a_queue_without_work_answers_nothing(desks):
    answer = desks.collector().client.post("/v1/queues/estate/claim")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_same_key_claims_once(desks):
    collector = desks.collector()
    told = [collector.client.post("/v1/queues/next/claim", headers={"Idempotency-Key": "k-1"}) for _ in range(3)]
    assert len({answer.json()["work_item_id"] for answer in told}) == 1


def test_nobody_is_given_what_somebody_else_holds(desks, item):
    other = desks.collector().claim()
    assert other["debtor_id"] != item["debtor_id"]


def test_an_outcome_tells_what_comes_next(collector):
    claimed = collector.claim()
    answer = collector.post(claimed["work_item_id"], "outcome", {"disposition": "no_answer"})
    stored = answer.json()
    assert answer.status_code == 200, answer.text
    assert stored["after_lease"] is False
    assert stored["next"]["lane"] == "pay"
    assert stored["next"]["ready_at"] > claimed["lease_until"]


def test_an_outcome_posted_ten_times_is_stored_once(desks, collector):
    claimed = collector.claim()
    document = {"disposition": "voicemail"}
    answers = [collector.post(claimed["work_item_id"], "outcome", document, key="ten") for _ in range(10)]
    assert len({answer.text for answer in answers}) == 1
    (stored,) = desks.rows("SELECT contact_id FROM outcomes WHERE work_item_id = :item", item=claimed["work_item_id"])
    assert stored.contact_id == answers[0].json()["contact_id"]


def test_a_key_used_for_something_else_is_refused(collector):
    claimed = collector.claim()
    collector.post(claimed["work_item_id"], "outcome", {"disposition": "busy"}, key="one-key")
    answer = collector.post(claimed["work_item_id"], "outcome", {"disposition": "no_answer"}, key="one-key")
    assert (answer.status_code, problem(answer)) == (409, "refused")


def test_a_promise_goes_to_the_lake_with_its_amount(desks, collector, item):
    promise = {"amount_minor": 500_000, "due_on": "2005-10-05", "method": "scheduled"}
    document = {"disposition": "promise", "verified_party": "primary", "debts_discussed": item["accounts"]}
    answer = collector.post(item["work_item_id"], "outcome", document | {"promise": promise})
    assert answer.json()["next"]["lane"] == "promise", answer.text
    (row,) = desks.rows(
        "SELECT row FROM source_events WHERE source_table = 'promises' AND account_id = ANY(:accounts)",
        accounts=item["accounts"],
    )
    assert (row.row["amount"], row.row["due_on"]) == ("5000.00", "2005-10-05")


def test_a_plan_is_so_many_promises(desks, collector, item):
    plan = {"amount_minor": 100_000, "due_on": "2005-10-05", "instalment_count": 3, "every": "month"}
    document = {"disposition": "plan_made", "verified_party": "primary", "debts_discussed": item["accounts"]}
    answer = collector.post(item["work_item_id"], "outcome", document | {"arrangement": plan | {"method": "verbal"}})
    assert answer.status_code == 200, answer.text
    rows = desks.rows(
        "SELECT row ->> 'due_on' AS due_on FROM source_events WHERE source_table = 'promises' AND account_id = :it",
        it=item["accounts"][0],
    )
    assert sorted(row.due_on for row in rows) == ["2005-10-05", "2005-11-05", "2005-12-05"]


def test_an_attorney_holds_at_once(desks, collector, item):
    legal = {"contact_name": "A. Counsel", "contact_details": "counsel@example.org"}
    answer = collector.post(item["work_item_id"], "outcome", {"disposition": "attorney", "legal": legal})
    assert answer.json()["next"]["lane"] == "attorney", answer.text
    (hold,) = desks.rows(
        "SELECT row FROM source_events WHERE source_table = 'holds' AND debtor_id = :debtor", debtor=item["debtor_id"]
    )
    assert hold.row["kind"] == "attorney"


def test_an_outcome_that_lacks_an_answer_names_it_and_repeats_nothing(collector, item):
    answer = collector.post(
        item["work_item_id"], "outcome", {"disposition": "attorney", "legal": {"contact_name": "Secret"}}
    )
    assert (answer.status_code, problem(answer)) == (422, "wrong-request")
    assert "How to reach them is missing" in answer.json()["detail"]
    assert "Secret" not in answer.text


def test_a_callback_at_a_forbidden_hour_is_refused(collector, item):
    night = {"disposition": "callback", "callback_at": "2005-10-04T23:00:00+08:00"}
    answer = collector.post(item["work_item_id"], "outcome", night)
    assert answer.status_code == 422
    assert "At that hour nobody may be called" in answer.json()["detail"]


def test_a_callback_comes_back_at_its_hour_to_its_owner(desks, collector, item):
    at = "2005-10-04T15:30:00+08:00"
    answer = collector.post(item["work_item_id"], "outcome", {"disposition": "callback", "callback_at": at})
    then = answer.json()["next"]
    assert then["lane"] == "callback"
    assert datetime.fromisoformat(then["ready_at"]) == datetime.fromisoformat(at)
    (row,) = desks.rows("SELECT assigned_to FROM work_items WHERE work_item_id = :item", item=then["work_item_id"])
    assert row.assigned_to == collector.collector_id


def test_an_outcome_of_somebody_elses_item_is_refused(desks, item):
    answer = desks.collector().post(item["work_item_id"], "outcome", {"disposition": "no_answer"})
    assert (answer.status_code, problem(answer)) == (409, "refused")


def test_a_collector_sees_the_own_item_alone(desks, collector, item):
    other = desks.collector()
    assert collector.client.get(f"/v1/items/{item['work_item_id']}").json()["debtor_id"] == item["debtor_id"]
    assert other.client.get(f"/v1/items/{item['work_item_id']}").status_code == 404
    with desks.served.client() as manager:
        assert manager.get(f"/v1/items/{item['work_item_id']}").json()["lease_until"] == item["lease_until"]


def test_a_lease_is_lengthened_while_the_desk_is_open(collector, item):
    longer = collector.post(item["work_item_id"], "extend", {}).json()["lease_until"]
    assert longer > item["lease_until"]


def test_what_was_given_back_is_not_given_to_the_same_again(collector):
    claimed = collector.claim()
    answer = collector.post(claimed["work_item_id"], "release", {"because": "somebody else should"})
    assert answer.json()["next_item"] is not None
    assert collector.claim()["debtor_id"] != claimed["debtor_id"]


def test_a_skip_says_how_many_are_left(collector):
    claimed = collector.claim()
    answer = collector.post(claimed["work_item_id"], "skip", {"reason": "too_hard"})
    assert answer.json()["skips_left"] == 4


def test_a_skip_for_no_known_reason_names_the_reasons(collector, item):
    answer = collector.post(item["work_item_id"], "skip", {"reason": "bored"})
    assert (answer.status_code, problem(answer)) == (422, "wrong-request")
    assert "conflict_of_interest" in answer.json()["detail"]


def test_what_is_put_off_comes_back_at_its_moment(collector):
    claimed = collector.claim()
    until = datetime.fromisoformat(claimed["lease_until"]) + timedelta(hours=2)
    answer = collector.post(
        claimed["work_item_id"], "snooze", {"until": until.isoformat(), "because": "asked for the afternoon"}
    )
    assert datetime.fromisoformat(answer.json()["ready_at"]) == until


def test_who_works_no_list_cannot_claim(desks):
    with desks.served.client() as manager:
        answer = manager.post("/v1/queues/next/claim")
    assert (answer.status_code, problem(answer)) == (403, "not-allowed")


def test_a_caller_is_opened_within_two_seconds(desks):
    (row,) = desks.rows(
        "SELECT lead_account_id FROM work_items WHERE state = 'ready' ORDER BY work_item_id DESC LIMIT 1"
    )
    answer = desks.collector().client.post("/v1/lookup", json={"account": row.lead_account_id, "reason": "called"})
    assert answer.json()["item"]["lane"] == "inbound", answer.text
    assert answer.json()["item"]["accounts"] == [row.lead_account_id]
    assert answer.elapsed.total_seconds() < 2


def test_a_look_up_names_a_number_or_an_account(collector):
    answer = collector.client.post("/v1/lookup", json={"reason": "called"})
    assert (answer.status_code, problem(answer)) == (422, "wrong-request")
