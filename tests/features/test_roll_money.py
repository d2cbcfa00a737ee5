"""Money kept from rolling less money that rolled: each account up to its own cycle's end, as it was known when settled.

The slow oracle reads the same rows in plain Python; where an account stood it takes from `tests.reference_delinquency`.
"""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arrears.experiments.schedule import Watch
from features.roll_money import net_roll_money
from tests.book import account, opened, settings, supplied, whole_book
from tests.reference_delinquency import BUCKETS, View, position

DAY = date(2026, 6, 15)
AFTER, LAST = date(2026, 6, 25), date(2026, 7, 25)
SETTLED = date(2026, 7, 30)
SETTINGS = settings()


def told_on(day, hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def cycle(of, end, days, balance=100_00, **own):
    row = {"account_id": of, "cycle_end": end, "days_past_due": days, "balance_minor": balance}
    return row | {"recorded_at": told_on(end + timedelta(days=1))} | own


def rolled(book, *debtors, horizon=10, settled_on=SETTLED, currency="USD", chosen=SETTINGS):
    book = whole_book(book)
    found = net_roll_money(
        opened(book),
        supplied(book),
        chosen,
        debtors or ("D",),
        DAY,
        currency=currency,
        horizon_days=horizon,
        settled_on=settled_on,
    )
    return [found.get(who, 0) for who in debtors or ("D",)]


def of_one(*cycles, **own):
    return {"accounts": [account(**own)], "statements": list(cycles)}


BEFORE = cycle("A", date(2026, 6, 10), 35)


def each_of(*books):
    """What is found of books of one debtor each, asked together."""
    tables = {"accounts": [], "statements": []}
    for place, book in enumerate(books):
        for name, rows in book.items():
            tables[name] += [
                row | {"account_id": f"A{place}"} | ({"debtor_id": f"D{place}"} if name == "accounts" else {})
                for row in rows
            ]
    return rolled(tables, *(f"D{place}" for place in range(len(books))))


def test_a_worse_bucket_counts_below_zero_and_any_other_above():
    found = {59: 100_00, 60: -100_00, 29: 100_00, 0: 100_00, 200: -100_00}
    books = [of_one(BEFORE, cycle("A", date(2026, 7, 10), days, 7_00)) for days in found]
    assert each_of(*books) == list(found.values())


def test_the_first_end_of_a_cycle_counts_on_the_day_after_the_horizon_and_up_to_a_cycle_later():
    one = timedelta(days=1)
    books = [of_one(BEFORE, cycle("A", end, 40)) for end in (AFTER - one, AFTER, LAST, LAST + one)]
    assert each_of(*books) == [0, 100_00, 100_00, 0]


def test_of_two_ends_the_first_counts():
    assert rolled(of_one(BEFORE, cycle("A", AFTER, 40), cycle("A", LAST, 70))) == [100_00]


def test_a_watch_waits_until_every_cycle_has_ended():
    watch = Watch(10, 5, at_cycle_end=True)
    assert (watch.closes(DAY), watch.matures(DAY)) == (LAST, SETTLED)


def test_only_what_was_late_and_could_still_roll_counts():
    """The status is five days old on the evening before, so 174 days are 179 by then."""
    books = [of_one(cycle("A", date(2026, 6, 9), days), cycle("A", AFTER, 0)) for days in (0, 1, 174, 175)]
    assert each_of(*books) == [0, 100_00, 100_00, 0]


def test_where_it_stood_on_the_evening_before_counts_and_later_facts_do_not():
    late = cycle("A", date(2026, 6, 10), 5, recorded_at=told_on(DAY))
    assert rolled(of_one(BEFORE, late, cycle("A", AFTER, 50))) == [100_00], "known on the first day, so not before"


@pytest.mark.parametrize(("settled_on", "found"), [(SETTLED, 0), (SETTLED + timedelta(days=1), -100_00)])
def test_a_status_counts_that_is_known_by_the_end_of_the_day_when_all_has_settled(settled_on, found):
    told = cycle("A", AFTER, 70, recorded_at=told_on(SETTLED + timedelta(days=1)))
    assert rolled(of_one(BEFORE, told), settled_on=settled_on) == [found]


@pytest.mark.parametrize(("settles", "found"), [(35, -100_00), (36, 0)])
def test_a_status_counts_once_it_has_settled(settles, found):
    book = of_one(BEFORE, cycle("A", AFTER, 70))
    assert rolled(book, chosen=settings(status_settles_days=settles)) == [found]


def test_what_has_no_further_status_counts_only_if_it_was_paid_or_charged_off():
    later = LAST + timedelta(days=1)
    ends: list[tuple[dict[str, Any], int]] = [
        ({"status": "paid", "closed_on": LAST}, 100_00),
        ({"status": "paid", "closed_on": later}, 0),
        ({"status": "charged_off", "charged_off_on": LAST}, -100_00),
        ({"status": "charged_off", "charged_off_on": later}, 0),
        ({"status": "sold", "closed_on": LAST}, 0),
        ({}, 0),
    ]
    books = [
        {"accounts": [account(), account(**own, recorded_at=told_on(SETTLED))], "statements": [BEFORE]}
        for own, _ in ends
    ]
    assert each_of(*books) == [found for _, found in ends]


def test_what_was_charged_off_before_is_not_before_charge_off():
    book = of_one(BEFORE, cycle("A", AFTER, 70), charged_off_on=date(2026, 6, 1), status="charged_off")
    assert rolled(book) == [0]


def test_accounts_of_one_debtor_add_and_those_in_another_currency_do_not():
    accounts = [account(), account("B"), account("C", currency="EUR"), account("E", "D2")]
    cycles = [cycle(of, date(2026, 6, 10), 35, money) for of, money in zip("ABCE", (1, 20, 300, 4000), strict=True)]
    ends = [cycle(of, AFTER, days) for of, days in zip("ABCE", (70, 0, 0, 0), strict=True)]
    book = {"accounts": accounts, "statements": [*cycles, *ends]}
    assert rolled(book, "D", "D2", "D3") == [19, 4000, 0]
    assert rolled(book, "D", currency="EUR") == [300]


def test_without_a_balance_what_is_past_due_counts():
    told = cycle("A", date(2026, 6, 10), 35, None, past_due_minor=40_00)
    assert rolled(of_one(told, cycle("A", AFTER, 70))) == [-40_00]


@pytest.mark.parametrize(("paid_on", "found"), [(date(2026, 6, 30), 100_00), (date(2026, 7, 1), -100_00)])
def test_in_a_ledger_the_cycle_is_the_month(paid_on, found):
    due = {"due_id": "U", "account_id": "A", "due_on": date(2026, 5, 20), "amount_minor": 100_00, "kind": "invoice"}
    paid = {"payment_id": "P", "line": 1, "account_id": "A", "paid_on": paid_on, "amount_minor": 100_00}
    paid["recorded_at"] = told_on(date(2026, 7, 2))
    book = {"accounts": [account()], "dues": [due], "payments": [paid]}
    assert rolled(book) == [found]


class Settled(View):
    """What was so on a day, as it was known by the end of a later one."""

    def _known(self, table):
        return View(self.book, self.settings, self.debtor_id, SETTLED)._known(table)


def slowly(book, debtor):
    before, later = View(book, SETTINGS, debtor, DAY - timedelta(days=1)), Settled(book, SETTINGS, debtor, LAST)
    total = 0
    for own in before.accounts():
        stood = position(before, own["account_id"])
        if own["currency"] != "USD" or stood["bucket"] not in BUCKETS[1:-1]:
            continue
        after = ending(later, own["account_id"])
        if after is not None:
            worse = [*BUCKETS, "CHARGED_OFF"].index(after) > BUCKETS.index(stood["bucket"])
            total += -stood["balance_minor"] if worse else stood["balance_minor"]
    return total


def ending(later, account_id):
    """The bucket in which an account ends; None where nobody can tell."""
    row = later.account(account_id)
    cycles = sorted(
        (each for each in later.of_account("statements", account_id) if AFTER <= each["cycle_end"] <= LAST),
        key=lambda each: each["cycle_end"],
    )
    day = cycles[0]["cycle_end"] if cycles else LAST
    if row["status"] == "paid" and row["closed_on"] <= day:
        return "CURRENT"
    if row["status"] == "sold" and row["closed_on"] <= day:
        return None
    if row["charged_off_on"] is not None and row["charged_off_on"] <= day:
        return "CHARGED_OFF"
    if not cycles:
        return None
    return BUCKETS[sum(cycles[0]["days_past_due"] >= edge for edge in (1, 30, 60, 90, 120, 150, 180))]


def any_book(draw):
    accounts, cycles = [], []
    for number in range(300):
        of, debtor = f"A{number}", f"D{draw.randrange(120)}"
        born = account(of, debtor, currency=draw.choice(["USD", "USD", "USD", "EUR"]))
        accounts.append(born)
        if draw.random() < 0.3:
            day = date(2026, 6, 1) + timedelta(days=draw.randrange(70))
            own = {"status": draw.choice(["paid", "sold"]), "closed_on": day}
            if draw.random() < 0.4:
                own = {"status": "charged_off", "charged_off_on": day}
            accounts.append(born | own | {"recorded_at": told_on(day + timedelta(days=draw.randrange(9)), hour=11)})
        first = date(2026, 5, 1) + timedelta(days=draw.randrange(31))
        for step in range(4):
            if draw.random() < 0.9:
                days = draw.choice([0, 1, 15, 29, 30, 59, 60, 120, 170, 179, 180])
                late = told_on(first + timedelta(days=30 * step + draw.randrange(8)))
                end = first + timedelta(days=30 * step)
                cycles.append(cycle(of, end, days, draw.choice([1_00, 37, 5_000_00]), recorded_at=late))
                if draw.random() < 0.2:
                    again = {"days_past_due": draw.choice([0, 45, 100]), "recorded_at": late + timedelta(days=11)}
                    cycles.append(cycles[-1] | again)
    return {"accounts": accounts, "statements": cycles}


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_book_is_as_slow_loops_find_it(seed):
    book = any_book(random.Random(seed))
    debtors = [f"D{number}" for number in range(120)]
    whole = whole_book(book)
    expected = [slowly(whole, who) for who in debtors]
    assert rolled(book, *debtors) == expected
    assert min(expected) < 0 < max(expected)
