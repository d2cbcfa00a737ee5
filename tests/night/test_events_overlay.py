"""Events laid over the lake judge as the lake does once they were loaded, over any book and any events."""

import csv
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from arrears.clock import SystemClock
from arrears.events.check import check
from arrears.events.keep import keep
from arrears.lake import Lake
from arrears.loading import load
from arrears.tables import TABLES
from serving.gate.bench import Bench
from serving.gate.book import questions
from serving.gate.may_we import facts_now, judge_now
from tests.night.any_book import AS_OF, COLUMNS, any_book, loaded

NOW = datetime(2026, 6, 15, 3, tzinfo=UTC)
DAY = date(2026, 6, 15)
LATER = ("points", "holds", "contacts", "promises", "preferences", "parties")


@st.composite
def book_and_events(draw):
    """A book, and what came after its load: new rows, corrections and removals."""
    country, rows = draw(any_book())
    base, events = dict(rows), []
    for table in LATER:
        key = COLUMNS[table].split()[0]
        named = [{key: f"{table}-{at}", **row} for at, row in enumerate(rows[table])]
        base[table] = [row for row in named if draw(st.booleans())]
        events += [(table, row) for row in named if row not in base[table]]
        events += [(table, draw(_later(table, row))) for row in base[table] if draw(st.integers(0, 3)) == 0]
    payments = st.fixed_dictionaries(
        {"account_id": st.sampled_from([row["account_id"] for row in rows["accounts"]]), "paid_on": st.just(AS_OF),
         "amount": st.sampled_from([20, 90, 900]), "line": st.just(1), "status": st.sampled_from(["posted", "pending"])}
    )  # fmt: skip
    events += [
        ("payments", {"payment_id": f"Y{at}", **row}) for at, row in enumerate(draw(st.lists(payments, max_size=2)))
    ]
    return country, base, draw(st.permutations(events))


def _later(table, row):
    changed = {
        "holds": {"ends_on": AS_OF - timedelta(days=1)},
        "promises": {"due_on": AS_OF},
        "points": {"status": "bad"},
    }
    key = ("account_id", "debtor_id") if table == "parties" else (COLUMNS[table].split()[0],)
    removed = {name: row[name] for name in key} | {"deleted": True}
    return st.sampled_from([removed] + ([row | changed[table]] if table in changed else []))


def written(rows):
    """Values as JSON has them."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in rows.items()}
    return {name: value for name, value in plain.items() if value is not None}


def post(database, lake, events):
    """Store events one by one, as they come in; those that are news."""
    kept = []
    for at, (table, row) in enumerate(events):
        moment = NOW - timedelta(minutes=30) + timedelta(seconds=at)
        with database.begin() as connection:
            told = check(connection, lake, table, [written(row)], now=moment)
            assert told.faults == [], told.faults
            keep(connection, [new for _, new in told.news], by="test")
            kept += [new for _, new in told.news]
    return kept


def loaded_too(lake, kept):
    """The lake after the same rows came as files."""
    source = lake.root.parent / f"{lake.root.name}-events"
    source.mkdir()
    for table in {new.table.name for new in kept}:
        rows = [dict(new.row) | {"recorded_at": new.recorded_at.isoformat()} for new in kept if new.table.name == table]
        names = sorted({name for row in rows for name in row} | {column.name for column in TABLES[table].columns})
        with (source / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    load(source, lake.root, SystemClock())
    return Lake(lake.root)


def said(lake, connection, debtors, bench=None):
    asked = questions(lake.present, lake.settings)
    found, _ = facts_now(lake, asked, connection, debtors, NOW, limits_on=DAY, bench=bench)
    told = judge_now(lake, asked, connection, debtors, NOW, limits_on=DAY, through=DAY, bench=bench)
    verdicts = {
        str(account): (told.verdict(row).word, [asdict(way) for way in told.verdict(row).ways],
                       sorted(hold.code for hold in told.verdict(row).holds))
        for row, account in enumerate(told.facts.accounts.id[: found.positions.num_rows])
    }  # fmt: skip
    return found.positions.to_pylist(), verdicts


@pytest.mark.slow
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # an example takes seconds, and shrinking one minutes
)
@given(found=book_and_events())
def test_judging_over_events_is_judging_after_they_were_loaded(database, tmp_path, found):
    country, base, events = found
    with database.begin() as connection:
        connection.execute(text("TRUNCATE source_events, contact_ledger RESTART IDENTITY"))
    lake = loaded(tmp_path, country, base)
    kept = post(database, lake, events)
    with database.begin() as connection:
        connection.execute(text("TRUNCATE contact_ledger"))  # it has its own tests
    debtors = [row["debtor_id"] for row in base["debtors"]]
    bench = Bench(lake, questions(lake.present, lake.settings))
    with database.connect() as connection:
        over = said(lake, connection, debtors)
        alone = [said(lake, connection, [debtor], bench) for debtor in debtors]
        views = [said(lake, connection, [debtor]) for debtor in debtors]
    bench.close()
    assert alone == views
    if not kept:
        return
    after = loaded_too(lake, kept)
    with database.begin() as connection:
        connection.execute(text("TRUNCATE source_events"))
    with database.connect() as connection:
        assert over == said(after, connection, debtors)
        laid = Bench(after, questions(after.present, after.settings))
        assert alone == [said(after, connection, [debtor], laid) for debtor in debtors]
        laid.close()
