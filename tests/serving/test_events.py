"""Facts over HTTP: stored once or refused whole with every fault, and the open items follow within a second."""

import time
from datetime import datetime, timedelta

import pytest

from tests.served import serving

BODY = {"paid_on": "2005-10-03", "line": 1}


@pytest.fixture(scope="module")
def service(night_database, demo_lake, no_registry, tmp_path_factory):
    with serving(night_database, demo_lake.root, no_registry, tmp_path_factory.mktemp("events")) as running:
        yield running


@pytest.fixture(scope="module")
def api(service):
    with service.client() as client:
        yield client


@pytest.fixture(scope="module")
def items(api):
    """Items from far down the list, one for each test."""
    rows = api.get("/v1/queues/pay/items", params={"limit": 40, "descending": True}).json()["items"]
    return iter(rows)


def post(api, table, body, **headers):
    return api.post(f"/v1/events/{table}", json=body, headers=headers)


def payment(item, amount, number):
    return {"payment_id": f"T{number}", "account_id": item["lead_account_id"], "amount": amount, **BODY}


def test_a_payment_of_everything_takes_the_item_off_its_list_within_a_second(api, items, record_property):
    item = next(items)
    first = payment(next(items), "1", 0)
    api.post("/v1/events/payments", json=first, timeout=120)  # the service may still be getting ready
    began = time.perf_counter()
    answer = post(api, "payments", payment(item, item["balance_minor"] / 100, 1))
    seconds = time.perf_counter() - began
    record_property("seconds from a payment's post to its item's withdrawal", round(seconds, 3))
    assert answer.status_code == 200, answer.text
    (effects,) = answer.json()["effects"]
    assert (effects["debtor_id"], list(effects["withdrawn"])) == (item["debtor_id"], [str(item["work_item_id"])])
    found = api.get("/v1/queues/pay/items", params={"q": item["debtor_id"]}).json()["items"]
    assert [each for each in found if each["debtor_id"] == item["debtor_id"]] == []
    assert seconds < 10  # in a crowd; the number is printed


def test_the_same_row_again_is_known_and_a_changed_one_corrects_it(api, items):
    row = payment(next(items), "10.00", 2)
    assert post(api, "payments", row).json()["stored"] == 1
    again = post(api, "payments", row | {"amount": 10}).json()
    assert (again["stored"], again["same"], again["effects"]) == (0, 1, [])
    corrected = post(api, "payments", row | {"amount": "11"}).json()
    assert (corrected["stored"], corrected["same"]) == (1, 0)


def test_the_same_key_stores_once_and_answers_the_same(api, items):
    body = [payment(next(items), "5", 3), payment(next(items), "6", 4)]
    first, again = (post(api, "payments", body, **{"Idempotency-Key": "k1"}).json() for _ in range(2))
    assert first["stored"] == again["stored"] == 2
    other = post(api, "payments", body[:1], **{"Idempotency-Key": "k1"})
    assert other.status_code == 409


def test_every_fault_of_every_row_is_told_at_once_and_nothing_is_stored(api, items, service):
    secret = "Mr. Canary"
    rows = [
        payment(next(items), "12.345", 5),
        payment(next(items), -3, 6) | {"paid_on": "2005-10-04"},
        {"payment_id": "T7", "line": "one", "account_id": secret, "amount": secret, "paid": secret},
        payment(next(items), "1", 8),
    ]
    answer = post(api, "payments", rows)
    assert answer.status_code == 422
    assert sorted((fault["where"], fault["rule"]) for fault in answer.json()["faults"]) == [
        ("0.amount", "too_many_decimals"),
        ("1.amount", "not_positive"),
        ("1.paid_on", "in_future"),
        ("2", "unknown_column"),
        ("2.account_id", "orphan"),
        ("2.amount", "wrong_type"),
        ("2.line", "wrong_type"),
        ("2.paid_on", "missing_value"),
    ]
    assert secret not in answer.text
    assert secret not in service.log.read_text()
    with service.engine.connect() as connection:
        keys = connection.exec_driver_sql("SELECT row_key FROM source_events").scalars().all()
    assert not [key for key in keys if key.startswith("T8")]


def test_a_hold_of_a_table_that_the_lake_lacks_moves_the_item(api, items):
    item = next(items)
    row = {"hold_id": "H1", "debtor_id": item["debtor_id"], "kind": "hardship", "starts_on": "2005-10-03"}
    (effects,) = post(api, "holds", row).json()["effects"]
    assert effects["moved"] == {str(item["work_item_id"]): "hardship"}


def test_a_wish_to_be_left_alone_is_seen_by_whoever_asks_why(api, items):
    item = next(items)
    row = {
        "hold_id": "H2",
        "debtor_id": item["debtor_id"],
        "kind": "cease",
        "starts_on": "2005-10-03",
        "form": "written",
    }
    assert post(api, "holds", row).status_code == 200
    now = api.get(f"/v1/accounts/{item['lead_account_id']}/why").json()["now"]
    assert "cease" in {hold["code"] for channel in now for hold in channel["holds"]}


@pytest.mark.parametrize("body", [[], [1], "x", {"payment_id": {"a": 1}}])
def test_what_is_no_row_is_refused(api, body):
    assert post(api, "payments", body).status_code == 422


def test_more_rows_than_a_request_may_bring_are_refused(api):
    assert post(api, "payments", [{"payment_id": str(at)} for at in range(1_001)]).status_code == 422


def test_a_table_that_only_loads_bring_takes_no_row(api):
    assert post(api, "accounts", {"account_id": "A"}).status_code == 422


CALL = {"channel": "call", "direction": "out", "at": "2005-10-03T10:00:00+08:00"}


def test_a_dialers_outcomes_come_back_row_by_row(api, items):
    silent, bad = next(items), next(items)
    rows = [
        {"contact_id": "C1", "account_id": silent["lead_account_id"], "disposition": "no_answer", "trunk": "7"} | CALL,
        {"contact_id": "C2", "account_id": bad["lead_account_id"], "disposition": "vanished"} | CALL,
        {"contact_id": "C3", "account_id": bad["lead_account_id"], "disposition": "promise"} | CALL,
    ]
    told = api.post("/v1/outcomes", json=rows)
    assert told.status_code == 200, told.text
    body = told.json()
    assert (body["stored"], body["same"], [each["row"] for each in body["refused"]]) == (1, 0, [2, 3])
    assert [each["row"] for each in body["next"]] == [1]
    assert body["left_out"] == [4]
    (item,) = api.get("/v1/queues/pay/items", params={"q": silent["debtor_id"]}).json()["items"]
    assert item["work_item_id"] != silent["work_item_id"]
    assert api.post("/v1/outcomes", json=rows[:1]).json()["same"] == 1


def test_an_older_outcome_does_not_replace_what_a_later_contact_agreed(api, items):
    told = {"account_id": next(items)["lead_account_id"]} | CALL | {"disposition": "no_answer"}
    at = datetime.fromisoformat(CALL["at"])
    later = told | {"contact_id": "L2", "at": at.isoformat()}
    older = told | {"contact_id": "L1", "at": (at - timedelta(hours=3)).isoformat()}
    assert len(api.post("/v1/outcomes", json=[later]).json()["next"]) == 1
    body = api.post("/v1/outcomes", json=[older]).json()
    assert (body["stored"], body["refused"], body["next"]) == (1, [], [])


def test_outcomes_come_as_csv_too(api, items):
    item = next(items)
    row = {"contact_id": "C9", "account_id": item["lead_account_id"], "disposition": "busy"} | CALL
    file = f"{','.join(row)}\n{','.join(row.values())}\n"
    told = api.post("/v1/outcomes", content=file, headers={"content-type": "text/csv"}).json()
    assert (told["stored"], told["refused"], len(told["next"])) == (1, [], 1)
    torn = api.post("/v1/outcomes", content="a,b\n1\n", headers={"content-type": "text/csv"})
    assert torn.status_code == 422


def test_a_promise_comes_in_a_file_with_all_that_it_asks_for(api, items):
    item = next(items)
    row = {"contact_id": "P1", "account_id": item["lead_account_id"], "disposition": "promise", "connect": "answered"}
    row |= CALL | {"verified_party": "primary", "debts_discussed": item["lead_account_id"], "conversation": "true"}
    row |= {"amount": "500.00", "due_on": "2005-10-10", "method": "verbal"}
    file = f"{','.join(row)}\n{','.join(row.values())}\n"
    told = api.post("/v1/outcomes", content=file, headers={"content-type": "text/csv"}).json()
    assert (told["stored"], told["refused"], told["left_out"], len(told["next"])) == (1, [], [], 1)
    assert api.get("/v1/queues/pay/items", params={"q": item["debtor_id"]}).json()["items"] == []


def test_a_wrong_number_without_its_name_is_the_only_one_that_the_debtor_has(api, items):
    item = next(items)
    row = {"contact_id": "W1", "account_id": item["lead_account_id"], "disposition": "wrong_number"} | CALL
    told = api.post("/v1/outcomes", json=[row]).json()
    assert (told["stored"], len(told["next"])) == (1, 1)
    assert api.get("/v1/queues/pay/items", params={"q": item["debtor_id"]}).json()["items"] == []
    (looked_for,) = api.get("/v1/queues/skip_trace/items", params={"q": item["debtor_id"]}).json()["items"]
    assert looked_for["ways"] == []
