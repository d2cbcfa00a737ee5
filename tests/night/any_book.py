"""Small books of any kind for property tests: drawn as rows, written as source files, loaded into a lake."""

import csv
import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load

AS_OF, DAY = date(2026, 6, 12), date(2026, 6, 15)  # a Friday, and the Monday after it
WHEN_KNOWN = datetime(2026, 6, 12, 6, tzinfo=UTC)
ZONES = {"TW": "Asia/Taipei", "US": "America/New_York"}
WHERE = {"TW": {"country": "TW"}, "US": {"country": "US", "region": "NY", "postal_code": "12207", "city": "Albany"}}
NUMBERS = {"TW": ["+886912345678"], "US": ["+15185550100", "+13105550100", "+886912345678"]}
KINDS_OF_HOLD = ("cease", "attorney", "bankruptcy", "deceased", "disaster", "hardship", "complaint")
COLUMNS = {
    "debtors": "debtor_id kind country region postal_code city",
    "accounts": "account_id debtor_id opened_on currency role client debt_class status",
    "parties": "account_id debtor_id role liable",
    "statements": "account_id cycle_end balance past_due days_past_due minimum_due",
    "points": "point_id debtor_id kind value line_type status",
    "holds": "hold_id account_id debtor_id kind starts_on ends_on form",
    "contacts": "contact_id account_id debtor_id at channel direction disposition connect conversation",
    "promises": "promise_id account_id debtor_id made_on due_on amount",
    "preferences": "preference_id debtor_id kind rule allow starts_on",
}
_numbers = itertools.count()


@st.composite
def any_book(draw):
    """A country, and a book of one to four debtors in it with calls, holds, promises and wishes."""
    country = draw(st.sampled_from(sorted(ZONES)))
    debtors = [f"D{number}" for number in range(draw(st.integers(1, 4)))]
    owners = [debtor for debtor in debtors for _ in range(draw(st.integers(1, 2)))]
    accounts = [f"A{number}" for number in range(len(owners))]
    about = st.sampled_from([{"account_id": each} for each in accounts] + [{"debtor_id": each} for each in debtors])
    kinds = st.sampled_from(["person", "business"])
    return country, {
        "debtors": [{"debtor_id": debtor, "kind": draw(kinds), **WHERE[country]} for debtor in debtors],
        "accounts": [draw(_account(*pair)) for pair in zip(accounts, owners, strict=True)],
        "parties": [party for pair in zip(accounts, owners, strict=True) for party in draw(_others(*pair, debtors))],
        "statements": [draw(_statement(account)) for account in accounts],
        "points": [
            point for debtor in debtors for point in draw(st.lists(_point(debtor, NUMBERS[country]), max_size=2))
        ],
        "holds": draw(st.lists(_with(about, _hold()), max_size=3)),
        "contacts": draw(st.lists(_with(about, _call()), max_size=12)),
        "promises": draw(st.lists(_with(about, _promise()), max_size=2)),
        "preferences": draw(st.lists(_wish(debtors), max_size=2)),
    }


def loaded(folder: Path, country: str, rows: dict, *, known: datetime = WHEN_KNOWN) -> Lake:
    """The book as a lake; every row was known on its last morning, or when that was said."""
    source = folder / f"book-{next(_numbers)}"
    source.mkdir()
    for table, names in COLUMNS.items():
        with (source / f"{table}.csv").open("w", newline="") as file:
            further = [name for row in rows[table] for name in row]
            writer = csv.DictWriter(file, list(dict.fromkeys([*names.split(), *further, "recorded_at"])))
            writer.writeheader()
            for number, row in enumerate(rows[table]):
                writer.writerow({names.split()[0]: f"{table}-{number}", **row, "recorded_at": known.isoformat()})
    own = f'zone = "{ZONES[country]}"\ncountry = "{country}"\nno_law_profile = ["TW"]\n'
    (source / "portfolio.toml").write_text(f"[portfolio]\n{own}")
    load(source, folder / f"{source.name}-lake", SystemClock())
    return Lake(folder / f"{source.name}-lake")


def _with(about, own):
    return st.tuples(about, own).map(lambda pair: pair[0] | pair[1])


def _days(least, most):
    return st.integers(least, most).map(lambda ahead: AS_OF + timedelta(days=ahead))


def _account(account, owner):
    own = {
        "account_id": account,
        "debtor_id": owner,
        "opened_on": date(2025, 1, 1),
        "currency": "USD",
        "status": "open",
    }
    chosen = {"client": ["bank", "shop"], "debt_class": ["consumer", "commercial"], "role": ["first_party"]}
    return _chosen(own, chosen)


def _others(account, owner, debtors):
    party = {"account_id": account, "role": "cosigner", "liable": True}
    others = [party | {"debtor_id": debtor} for debtor in debtors if debtor != owner]
    return st.sampled_from([[], [], others[:1]])


def _statement(account):
    own = {"account_id": account, "cycle_end": date(2026, 6, 5), "past_due": 90, "minimum_due": 45}
    return _chosen(own, {"balance": [900, 900, 0], "days_past_due": [10, 40, 100]})


def _point(debtor, numbers):
    own = {"debtor_id": debtor, "kind": "phone", "line_type": "mobile"}
    return _chosen(own, {"value": numbers, "status": ["good", "unverified", "bad"]})


def _hold():
    own = {"kind": st.sampled_from(KINDS_OF_HOLD), "starts_on": _days(-9, 0), "ends_on": st.none() | _days(0, 20)}
    return st.fixed_dictionaries(own | {"form": st.sampled_from(["written", "oral"])})


def _call():
    at = st.datetimes(datetime(2026, 6, 3), datetime(2026, 6, 12, 5), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
    rang = {"disposition": "no_answer", "connect": "no_answer", "conversation": False}
    talked = {"disposition": "callback", "connect": "answered", "conversation": True}
    ends = st.sampled_from([rang, rang, talked])
    return st.tuples(at, ends).map(lambda pair: {"at": pair[0], "channel": "call", "direction": "out"} | pair[1])


def _promise():
    return st.fixed_dictionaries({"made_on": _days(-9, -6), "due_on": _days(-5, 9), "amount": st.just(50)})


def _wish(debtors):
    own = {"kind": "time", "allow": False, "starts_on": date(2026, 1, 1)}
    return _chosen(own, {"debtor_id": debtors, "rule": ["09:00-12:00", "00:00-23:59"]})


def _chosen(own, choices):
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in choices.items()}).map(
        lambda chosen: own | chosen
    )
