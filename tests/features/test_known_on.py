"""Two times: what is recorded after the end of a day changes nothing that was known on that day."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

from features import snapshots
from features.build import plan
from tests.book import Book, account, end_of, opened, settings, supplied, whole_book
from tests.features.portfolios import AS_OF, books, facts

SETTINGS = settings("Asia/Taipei")
_PLANS = {}
often = hypothesis_settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def features_of(book: Book, day: date = AS_OF) -> list[dict]:
    con = opened(book)
    snapshots.on_days(con, SETTINGS, [day])
    tables = tuple(book)
    if tables not in _PLANS:
        _PLANS[tables] = plan(supplied(book), SETTINGS)
    return _PLANS[tables].run(con).to_pylist()


def paid(recorded_at: datetime) -> list[dict]:
    payment = {"payment_id": "P", "line": 1, "account_id": "A", "paid_on": date(2026, 5, 15), "amount_minor": 100}
    return features_of(
        whole_book({"accounts": [account()], "dues": [], "payments": [payment | {"recorded_at": recorded_at}]})
    )


@often
@given(books(), facts("payments", 4), facts("dues", 4))
def test_facts_recorded_after_the_day_change_no_feature(book: Book, payments, dues):
    later = end_of(AS_OF, "Asia/Taipei") + timedelta(microseconds=1)
    more = {name: [row for row in rows if row["recorded_at"] < later] for name, rows in book.items()}
    for name, rows in {"payments": payments, "dues": dues}.items():
        if name in more:
            recorded = [row | {"recorded_at": later + timedelta(seconds=place)} for place, row in enumerate(rows)]
            more[name] = more[name] + recorded
    known = {name: [row for row in rows if row["recorded_at"] < later] for name, rows in book.items()}
    assert features_of(whole_book(more)) == features_of(whole_book(known))


def test_a_payment_recorded_in_the_last_microsecond_of_the_day_counts():
    assert paid(end_of(AS_OF, "Asia/Taipei"))[0]["paid_30d_minor"] == 100


def test_a_payment_recorded_one_microsecond_later_does_not():
    assert paid(end_of(AS_OF, "Asia/Taipei") + timedelta(microseconds=1))[0]["paid_30d_minor"] == 0


def test_a_correction_stands_from_its_own_moment_on_and_a_status_it_does_not_tell_stays():
    first = {"account_id": "A", "cycle_end": date(2026, 3, 31), "balance_minor": 500, "cycles_past_due": 2}
    second = {
        "account_id": "A",
        "cycle_end": date(2026, 3, 31),
        "balance_minor": 700,
        "recorded_at": datetime(2026, 5, 1, tzinfo=UTC),
    }
    book = whole_book({"accounts": [account()], "statements": [first, second], "payments": []})
    before, after = features_of(book, date(2026, 4, 30))[0], features_of(book, date(2026, 5, 2))[0]
    assert (before["bill_last_minor"], before["cycles_late_last"]) == (500, 2)
    assert (after["bill_last_minor"], after["cycles_late_last"]) == (700, 2)


def test_a_deleted_row_is_gone_from_the_moment_it_was_deleted():
    due = {"due_id": "U", "account_id": "A", "due_on": date(2026, 3, 1), "amount_minor": 900, "kind": "invoice"}
    gone = due | {"deleted": True, "recorded_at": datetime(2026, 5, 1, tzinfo=UTC)}
    book = whole_book({"accounts": [account()], "dues": [due, gone], "payments": []})
    assert features_of(book, date(2026, 4, 30))[0]["balance_minor"] == 900
    assert features_of(book, date(2026, 5, 1))[0]["balance_minor"] == 0
