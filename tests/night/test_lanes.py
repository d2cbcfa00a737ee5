"""What holds an account for pay may ask for other work: the night makes that work's items, each judged for its lane."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from arrears.queues import store
from arrears.queues.strategy import strategy
from serving.night.nightly import run_night
from serving.night.replay import replay
from tests.night.desk_book import AS_OF, DAY, StandingClock, account, debtor, lake_of, phone, statement

FAR = date(2026, 5, 20)


class Book:
    """Rows as they are told, a debtor with one account at a time."""

    def __init__(self):
        names = "debtors accounts statements points holds disputes claims parties promises contacts consents payments"
        self.tables = {name: [] for name in names.split()}

    def add(self, name, *, address=True, number="good", balance=900, **own):
        person = debtor(name)
        self.tables["debtors"].append(person if address else person | {"postal_code": None, "city": None})
        self.tables["accounts"].append(account(f"A-{name}", name, **own))
        self.tables["statements"].append(statement(f"A-{name}", balance=balance))
        self.tables["points"].append(phone(name, status=number))
        return self

    def held(self, name, kind):
        row = {"hold_id": f"H-{name}", "account_id": None, "debtor_id": name, "kind": kind, "form": "written"}
        return self.tell("holds", row | {"starts_on": date(2026, 5, 1)})

    def disputed(self, of):
        row = {"dispute_id": f"X-{of}", "account_id": of, "opened_on": date(2026, 6, 1), "form": "written"}
        return self.tell("disputes", row)

    def promised(self, name, due_on, *, talked_on=FAR):
        row = {"promise_id": f"PR-{name}", "account_id": f"A-{name}", "made_on": talked_on, "due_on": due_on}
        return self.tell("promises", row | {"amount": 50}).talked(name, talked_on)

    def talked(self, name, on):
        row = {"contact_id": f"C-{name}", "account_id": f"A-{name}", "debtor_id": name, "channel": "call"}
        row |= {"at": f"{on}T15:00:00+00:00", "direction": "out", "disposition": "promise", "connect": "answered"}
        return self.tell("contacts", row | {"conversation": True})

    def tell(self, table, row):
        self.tables[table].append(row)
        return self


def whole_book():
    book = Book().add("plain")
    for kind in ("hardship", "vulnerable", "servicemember", "litigation", "cease"):
        book.add(kind).held(kind, kind)
    for kind in ("bankruptcy", "complaint", "identity_theft", "disaster", "other"):
        book.add(kind).held(kind, kind)
    book.add("paid-up", balance=0).held("paid-up", "hardship")
    book.add("disputes").disputed("A-disputes")
    book.add("represented").held("represented", "attorney").add("unnamed").held("unnamed", "attorney")
    book.tables["debtors"].append(debtor("lawyer"))
    book.tables["points"].append(phone("lawyer"))
    book.tell("parties", {"account_id": "A-represented", "debtor_id": "lawyer", "role": "attorney", "liable": False})
    book.add("reachable", address=False).add("lost", address=False, number="bad")
    book.add("aided", address=False, number="bad").held("aided", "aid_pending")
    for status in ("denied", "paid"):
        book.add(status, debt_class="medical")
        claim = {"claim_id": f"K-{status}", "account_id": f"A-{status}", "payer": "Insurer", "status": status}
        book.tell("claims", claim | {"filed_on": date(2026, 3, 1), "decided_on": date(2026, 5, 1)})
    book.add("several").disputed("A-next")
    book.tables["accounts"] += [account("A-next", "several"), account("A-shop", "several", client="shop")]
    book.tables["statements"] += [statement("A-next"), statement("A-shop")]
    # A cosigner of one account has a number; nobody of the other has.
    book.add("shared", address=False, number="bad").add("signs")
    book.tables["accounts"].append(account("A-unreached", "shared"))
    book.tables["statements"].append(statement("A-unreached"))
    book.tell("parties", {"account_id": "A-shared", "debtor_id": "signs", "role": "cosigner", "liable": True})
    # Three business days after the 9th are over on Friday the 12th; after the 10th on Monday the 15th itself.
    book.add("grace-over").promised("grace-over", date(2026, 6, 9))
    book.add("in-grace").promised("in-grace", date(2026, 6, 10))
    # The talk's day is day one: after the 8th the seven days end on the 14th, after the 9th on the 15th.
    book.add("talk-over").promised("talk-over", date(2026, 6, 9), talked_on=date(2026, 6, 8))
    book.add("in-talk").promised("in-talk", date(2026, 6, 9), talked_on=date(2026, 6, 9))
    book.add("kept").promised("kept", date(2026, 6, 9))
    paid = {"payment_id": "Y1", "line": 1, "account_id": "A-kept", "paid_on": date(2026, 6, 9), "amount": 48}
    book.tell("payments", paid | {"status": "posted"})
    for ahead in range(3):
        book.add(f"due-{ahead}").promised(f"due-{ahead}", DAY + timedelta(days=ahead))
    book.add("agreed").promised("agreed", DAY)
    for name, missed in (("behind", 1), ("far-behind", 2)):
        book.add(name).talked(name, FAR)
        for nth in range(3):
            due_on = date(2026, 6, 9) - timedelta(weeks=missed - 1 - nth)
            instalment = {"promise_id": f"{name}-{nth}", "account_id": f"A-{name}", "arrangement_id": name}
            book.tell("promises", instalment | {"made_on": FAR, "due_on": due_on, "amount": 50})
    book.tell("consents", {"consent_id": "K", "debtor_id": "agreed", "kind": "call_window", "given_on": AS_OF})
    return book.tables


@pytest.fixture(scope="module")
def night(module_database, no_registry, tmp_path_factory):
    lake = lake_of(tmp_path_factory.mktemp("lanes"), whole_book())
    clock = StandingClock()
    return run_night(module_database, lake, no_registry, AS_OF, strategy("severity"), clock=clock, limits_on=DAY)


@pytest.fixture
def connection(module_database, night):
    with module_database.connect() as connection:
        yield connection


@pytest.fixture
def items(connection, night):
    """What is ready, by lead account's name."""
    rows = store.items(connection, night.night_id, state="ready", limit=100).rows
    return {item.lead_account_id.removeprefix("A-"): item for item in rows}


def lane(items, name):
    return items[name].lane if name in items else None


def channels(item):
    return {way["channel"] for way in item.ways}


def test_who_is_past_due_and_nothing_else_is_asked_to_pay(items):
    assert (items["plain"].lane, items["plain"].because) == ("pay", None)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("hardship", "hardship"),
        ("vulnerable", "specialist"),
        ("servicemember", "specialist"),
        ("litigation", "legal_review"),
        ("cease", "legal_review"),
        ("complaint", "specialist"),
    ],
)
def test_a_hold_that_asks_for_other_work_makes_its_item(items, connection, night, name, asked):
    item = items[name]
    assert item.lane == asked
    assert item.because
    assert bool(item.ways) == (asked != "legal_review")
    assert item.verdict == ("held" if asked == "legal_review" else "allowed")
    assert store.account(connection, night.night_id, f"A-{name}").verdict == "held", "for pay it is held all the same"


@pytest.mark.parametrize("name", ["bankruptcy", "identity_theft", "disaster", "other"])
def test_who_left_the_book_or_may_not_be_spoken_with_in_the_other_lane_either_waits(items, name):
    assert lane(items, name) is None


def test_a_dispute_is_answered_in_its_own_lane(items):
    assert (items["disputes"].lane, items["disputes"].because) == ("dispute", "The debt is disputed")
    assert "call" in channels(items["disputes"])


def test_who_owes_nothing_is_nobodys_work_whatever_else_holds(items):
    assert lane(items, "paid-up") is None


def test_an_attorney_is_spoken_with_in_a_lane_of_its_own_and_one_nobody_can_reach_is_waited_for(items):
    assert items["represented"].lane == "attorney"
    assert {way["part"] for way in items["represented"].ways} == {"attorney"}
    assert lane(items, "unnamed") is None


def test_who_cannot_be_reached_is_looked_for_unless_there_is_another_reason_to_wait(items):
    assert [lane(items, name) for name in ("reachable", "lost", "aided")] == ["pay", "skip_trace", None]
    assert items["lost"].ways == []
    assert items["lost"].verdict == "allowed"


def test_who_has_no_number_is_not_looked_for_while_a_cosigner_can_be_asked(items):
    assert (lane(items, "shared"), lane(items, "unreached")) == ("pay", None)
    assert {way["person"] for way in items["shared"].ways} == {"signs"}


def test_a_denied_claim_goes_to_whoever_speaks_with_payers(items):
    assert [lane(items, name) for name in ("denied", "paid")] == ["payer", "pay"]


def test_a_person_has_one_item_a_work_group_for_the_first_of_its_lanes(items):
    assert {name: lane(items, name) for name in ("several", "next", "shop")} == {
        "several": None,
        "next": "dispute",
        "shop": "pay",
    }


def test_a_broken_promise_comes_back_the_morning_after_its_grace(items):
    assert [lane(items, name) for name in ("grace-over", "in-grace")] == ["promise", None]
    assert items["grace-over"].because == "$50.00 promised for 2026-06-09, nothing came in"
    assert "call" in channels(items["grace-over"])


def test_a_plan_that_is_behind_comes_back_and_after_two_instalments_for_a_new_plan(items):
    assert [lane(items, name) for name in ("behind", "far-behind")] == ["promise", "promise"]
    assert items["behind"].because.endswith("; 1 of 3 instalments of the plan were not kept")
    assert items["far-behind"].because.endswith(
        "2 of 3 instalments of the plan were not kept: time to agree on a new plan"
    )


def test_a_broken_promise_also_waits_for_seven_days_after_the_talk(items):
    assert [lane(items, name) for name in ("talk-over", "in-talk")] == ["promise", "pay"]
    assert ["call" in channels(items[name]) for name in ("talk-over", "in-talk")] == [True, False]


def test_a_promise_that_was_kept_is_not_asked_about(items):
    assert lane(items, "kept") == "pay"


def test_what_is_due_today_or_tomorrow_is_reminded_of_and_what_is_due_later_is_left_in_peace(items):
    assert [lane(items, f"due-{ahead}") for ahead in range(3)] == ["promise", "promise", None]
    assert items["due-1"].because == f"$50.00 promised for {DAY + timedelta(days=1)}: a reminder"


def test_a_reminder_is_a_message_unless_the_debtor_agreed_to_a_call(items):
    assert items["due-0"].ways
    assert ["call" in channels(items[name]) for name in ("due-0", "agreed")] == [False, True]


def test_the_night_comes_out_identical(module_database, night, no_registry):
    found = replay(module_database, night.built.lake.root, no_registry, night.night_id)
    assert found.difference is None


def test_queues_are_listed_by_lane(connection, night):
    lanes = [queue.lane for queue in store.queues(connection, night.night_id)]
    assert lanes == [
        "attorney",
        "dispute",
        "hardship",
        "legal_review",
        "pay",
        "payer",
        "promise",
        "skip_trace",
        "specialist",
    ]
    count = text("SELECT count(*) FROM work_items WHERE state = 'ready'")
    assert connection.execute(count).scalar_one() == len(night.built.ranking)
