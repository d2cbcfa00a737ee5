"""How far each arm came, counted at a desk: debtors are claimed, tried, talked to, promise and pay; one calls in."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from arrears.experiments import enrolments, life, records
from arrears.queues.strategy import strategy
from commands.why import _document
from serving.api.why_payloads import why_of
from serving.console import debtor as debtor_page
from serving.console import experiments
from serving.console.experiments_funnel import arms_so_far
from serving.console.experiments_payers import ToldByBook, told_by_book
from serving.console.frame import filled
from serving.deployment import Deployment
from serving.desk.look_up import look_up
from serving.desk.outcome import outcome
from serving.desk.working import claim
from serving.night.nightly import run_night
from serving.people.sign_ins import Person
from serving.scores.why import why
from tests.experiments.smallest_night import smallest_night
from tests.experiments.test_read_and_act import DESIGN
from tests.night.any_book import AS_OF, DAY, loaded
from tests.night.desk_book import StandingClock, lake_of
from tests.queues.next.told import told
from tests.serving.desk_day import ANNA, MONDAY, TAIPEI, Desk, MovedPresent, book
from training.experiments.at_desk import at_desk

HELD = "D40"
BY: dict[str, Any] = {"at": MONDAY - timedelta(days=3), "by": "strategist"}
ZONE = "Asia/Taipei"
ALBANY = ZoneInfo("America/New_York")
"""Where the lake of payments is, as its days are its own."""
DUE = (DAY + timedelta(days=4)).isoformat()


@dataclass
class Done:
    """What was done, written down beside the desk: by debtor, and in what order."""

    arms: dict[str, str]
    minutes: Counter = field(default_factory=Counter)
    attempts: Counter = field(default_factory=Counter)
    served: set = field(default_factory=set)
    talked: set = field(default_factory=set)
    promised: set = field(default_factory=set)
    called_in: set = field(default_factory=set)

    def of(self, arm, who):
        return sum(1 for debtor in who if self.arms.get(debtor) == arm)

    def total(self, arm, told):
        return sum(amount for debtor, amount in told.items() if self.arms.get(debtor) == arm)


@pytest.fixture(scope="module")
def worked(tmp_path_factory, module_database, no_registry):
    """Forty debtors of whom one may not be contacted, a night with a test over them, and a Monday's work."""
    engine = module_database
    with engine.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="ready", **BY)
    holds = [{"hold_id": "H1", "debtor_id": HELD, "kind": "attorney", "starts_on": "2026-06-01"}]
    folder = tmp_path_factory.mktemp("arms")
    lake = loaded(folder, "TW", book(40, holds=holds))
    clock = StandingClock(MONDAY - timedelta(hours=2))
    house = strategy("value_at_risk")
    run_night(engine, lake, no_registry, AS_OF, house, clock=clock, limits_on=DAY, served_on=DAY)
    present = MovedPresent(lake.root, at=MONDAY)
    desk = Desk(Deployment(places=None, engine=engine, registry=None, champions=None, present=present))
    with engine.connect() as connection:
        test = records.find(connection, "simple")
        done = Done({each.debtor_id: each.arm for each in enrolments.enrolled(connection, test.experiment_id)})
    for place, disposition in enumerate(["no_answer", "refused", "promise", "promise", "no_answer", "refused"]):
        _work(desk, done, claim(desk.deployment, ANNA), disposition, minutes=place + 1)
    caller = next(who for who in sorted(done.arms) if who not in done.served and who != HELD)
    called = look_up(desk.deployment, ANNA, account_id=f"A{caller[1:]}", reason="called in").claimed
    done.called_in.add(caller)
    _work(desk, done, called, "refused", minutes=7)
    in_hand = claim(desk.deployment, ANNA)
    done.served.add(in_hand.item.debtor_id)
    done.minutes[in_hand.item.debtor_id] = 2
    desk.move(minutes=2)
    return desk, test, done, folder


def _work(desk, done, held, disposition, *, minutes):
    """Keep an item so long, then say what came of it."""
    debtor = held.item.debtor_id
    desk.move(minutes=minutes)
    whole = told(disposition)
    named = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    left_out = {"outcome_id", "debtor_id", "point_id", "debts_discussed"}
    answers = {name: value for name, value in named.items() if value is not None and name not in left_out}
    answers |= {"due_on": DUE} if "due_on" in answers else {}
    answers["point_id"] = next((way["point"] for way in held.ways if way["channel"] == "call"), f"P{debtor[1:]}")
    if whole.debts_discussed:
        answers["debts_discussed"] = held.item.accounts
    outcome(desk.deployment, ANNA, held.item.work_item_id, answers)
    done.served.add(debtor)
    done.minutes[debtor] += minutes
    done.attempts[debtor] += 1
    if disposition != "no_answer":
        done.talked.add(debtor)
    if disposition == "promise":
        done.promised.add(debtor)


@pytest.mark.parametrize(("arm", "name"), [("champion", "value_at_risk"), ("challenger", "severity")])
def test_an_account_is_explained_by_the_strategy_of_its_arm_on_page_by_program_and_by_command(worked, arm, name):
    desk, _, done, _ = worked
    debtor = next(who for who, drawn in sorted(done.arms.items()) if drawn == arm and who != HELD)
    own = strategy(name)
    with desk.deployment.engine.connect() as connection:
        found = why(connection, f"A{debtor[1:]}", AS_OF)
    (shown,) = debtor_page.shown(desk.deployment, debtor)["accounts"]
    by_program, by_command = why_of(found, None), _document(found)
    assert found.item.strategy_name == name
    assert (by_program.strategy, by_program.formula) == (f"{name}/{own.version}", own.formula)
    assert (by_command["strategy"], by_command["formula"]) == (f"{name}/{own.version}", own.formula)
    assert (shown.strategy["name"], shown.strategy["formula"]) == (name, own.formula)
    told = [term.name for term in found.terms]
    assert told == [term.name for term in own.terms if term.name in found.account.terms]
    assert [term.name for term in shown.terms] == [term.name for term in by_program.terms] == told


def test_a_program_is_told_which_versions_answered_and_what_the_arm_asked_for(worked):
    desk, _, done, _ = worked
    with desk.deployment.engine.connect() as connection:
        found = why(connection, f"A{min(done.arms)[1:]}", AS_OF)
    assert (why_of(found, None).arm_model, why_of(found, None).models) == (
        None,
        {"propensity": "propensity/rules-1", "roll_rate": "roll_rate/rules-1"},
    )
    asks = replace(found, account=replace(found.account, arm_model="propensity/2"))
    assert (why_of(asks, None).arm_model, why_of(asks, None).models["propensity"]) == ("propensity/2", "propensity/2")


def test_every_step_of_every_arm_is_what_was_done(worked):
    desk, test, done, _ = worked
    with desk.deployment.engine.connect() as connection:
        found = arms_so_far(connection, test, now=desk.now, zone=ZONE)
    assert [each.arm for each in found] == ["champion", "challenger"]
    assert len(done.arms) == 39, "one of forty is in the random holdout"
    assert HELD in done.arms
    assert len(done.served) == 8
    for each in found:
        arm, everybody = each.arm, set(done.arms)
        assert each.enrolled == done.of(arm, everybody)
        assert each.held == done.of(arm, {HELD})
        assert each.listed == done.of(arm, everybody - {HELD})
        assert each.served == done.of(arm, done.served)
        assert each.called_in == done.of(arm, done.called_in)
        assert each.tried == done.of(arm, set(done.attempts))
        assert each.talked == done.of(arm, done.talked)
        assert each.promised == done.of(arm, done.promised)
        assert each.attempts == done.total(arm, done.attempts)
        assert each.minutes == pytest.approx(done.total(arm, done.minutes))
    assert sum(each.promised for each in found) == 2
    assert sum(each.called_in for each in found) == sum(each.held for each in found) == 1
    assert min(each.served for each in found) > 0, "both arms are worked, turn by turn"


def test_minutes_of_the_reading_are_those_of_the_funnel(worked):
    desk, test, done, _ = worked
    who = sorted(done.minutes)
    with desk.deployment.engine.connect() as connection:
        found = at_desk(connection, who, DAY, horizon_days=5, zone=ZONE)
        before = at_desk(connection, who, DAY + timedelta(days=1), horizon_days=5, zone=ZONE)
        arms = arms_so_far(connection, test, now=desk.now + timedelta(hours=9), zone=ZONE)
    assert sum(found.minutes) == pytest.approx(sum(each.minutes for each in arms))
    assert sum(before.minutes) == 0


def test_page_and_report_show_that_arms_were_not_worked_alike(worked):
    desk, test, _, _ = worked
    facts = experiments.one(desk.deployment, Person("Ines", "manager"), test.design.name, test.design.version)
    frame = {"room": "", "rooms": [], "may_find": False, "clock": {"day": "", "time": ""}, "notices": []}
    assert facts["uneven"] == [], "of a few debtors nothing is said"
    for template in ("experiment.html", "experiment_report.html"):
        page = filled(template, {**frame, **facts, "uneven": ["Half of the minutes."], "printed": "", "notice": ""})
        assert '<p class="notice">Half of the minutes.</p>' in page


def test_what_was_done_after_the_test_had_ended_does_not_count(worked):
    desk, test, done, _ = worked
    engine = desk.deployment.engine
    with engine.connect() as connection:
        life.end(connection, test, ended_by="stopped", on=DAY, because="a fault", evidence={}, **BY)
        ended = records.of_id(connection, test.experiment_id)
        found = arms_so_far(connection, ended, now=desk.now, zone=ZONE)
        connection.rollback()
    assert [(each.served, each.tried, each.called_in, each.minutes) for each in found] == [(0, 0, 0, 0.0)] * 2
    assert sum(each.enrolled for each in found) == len(done.arms)


def test_who_paid_and_who_called_in_within_the_horizon_is_counted_in_each_arm(worked):
    desk, test, done, folder = worked
    first, last = DAY, DAY + timedelta(days=4)
    days = {
        "D1": first,
        "D2": last,
        "D3": last + timedelta(days=1),
        "D4": first - timedelta(days=1),
        "D5": first,
        "D6": date(2026, 6, 17),
    }
    rows = [paid(who, day, 10) for who, day in days.items()]
    rows.append(paid("D5", last, -10, payment_id="P-back", reverses="P-D5"))
    moments = {
        "D7": datetime(2026, 6, 15, 0, 0, tzinfo=ALBANY),
        "D8": datetime(2026, 6, 19, 23, 59, tzinfo=ALBANY),
        "D9": datetime(2026, 6, 17, 12, tzinfo=ALBANY),
        "D11": datetime(2026, 6, 14, 23, 59, tzinfo=ALBANY),
        "D12": datetime(2026, 6, 20, 0, 0, tzinfo=ALBANY),
    }
    contacts = [called(who, at, debtor_id=who) for who, at in moments.items()]
    contacts.append(called("again", moments["D9"], account_id="A9"))
    contacts.append(called("out", moments["D9"], debtor_id="D13", direction="out"))
    lake = loaded_with(folder, rows, contacts)
    with desk.deployment.engine.connect() as connection:
        found = told_by_book(connection, lake, test)
        assert told_by_book(connection, loaded_with(folder, []), test) == ToldByBook(None, None)
    assert found.paid == dict(Counter(done.arms[who] for who in ("D1", "D2", "D6")))
    assert found.called_in == dict(Counter(done.arms[who] for who in ("D7", "D8", "D9")))


def test_an_item_of_an_older_night_counts_from_the_day_its_debtor_came_in(worked):
    """Who had it in hand before the test's night has it still: what comes of it from that day on is the arm's."""
    desk, _, done, _ = worked
    engine = desk.deployment.engine
    with engine.begin() as connection:
        newer = smallest_night(connection)
        life.plan(connection, DESIGN.model_copy(update={"name": "later"}), evidence={}, **BY)
        later = records.find(connection, "later")
        who = [enrolments.Enrolled(later.experiment_id, name, arm, name, "", {}) for name, arm in done.arms.items()]
        enrolments.enrol(connection, newer, DAY, who)
        found = arms_so_far(connection, later, now=desk.now, zone=ZONE)
    assert sum(each.served for each in found) == len(done.served)
    assert sum(each.attempts for each in found) == sum(done.attempts.values())
    assert [each.listed for each in found] == [0, 0], "on no list of a night with the test"


def paid(who, day, amount, **own):
    told = {"payment_id": f"P-{who}", "line": 1, "account_id": f"A{who[1:]}", "paid_on": day, "amount": amount}
    return told | {"source": "voluntary", "status": "posted"} | own


def called(name, at, **own):
    told = {"contact_id": f"C-{name}", "at": at.isoformat(), "channel": "call", "direction": "in"}
    return told | {"disposition": "inquiry"} | own


def loaded_with(folder, payments, contacts=()):
    """The book with payments and contacts, known at the end of June."""
    rows = {name: rows for name, rows in book(40).items() if rows}
    known = datetime(2026, 6, 30, 12, tzinfo=TAIPEI).isoformat()
    for name, further in (("payments", payments), ("contacts", contacts)):
        rows |= {name: [{"recorded_at": known} | each for each in further]} if further else {}
    return lake_of(folder, rows, settings='no_law_profile = ["TW"]\n')
