"""Lists that leave the house, over a small book: what a rule holds by now is in none, what came since counts."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.queues import store
from arrears.queues.strategy import strategy
from arrears.queues.supervise.chosen import Filter
from serving.exports.brief import brief_of
from serving.exports.lists import export, record_export
from serving.exports.of_book import House
from serving.gate.book import questions
from serving.night.nightly import run_night
from tests.demo_day import DemoClock

AS_OF = date(2026, 6, 30)
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
"""Noon in Taipei, on the day that the night serves."""

SOURCE = {
    "debtors": "debtor_id,kind\n" + "".join(f"D{n},person\n" for n in range(1, 8)),
    "accounts": """
        account_id,debtor_id,opened_on,currency,role,client,status,placed_on,charged_off_on,first_delinquent_on
        A1,D1,2025-01-01,USD,first_party,bank,open,,,2026-05-01
        A2,D2,2025-01-01,USD,first_party,bank,open,,,2025-10-01
        A3,D3,2025-01-01,USD,first_party,bank,open,,2026-01-01,2025-06-01
        A4,D4,2025-01-01,USD,first_party,bank,open,2025-10-01,2025-09-01,2025-01-10
        A5,D5,2025-01-01,USD,first_party,bank,open,2026-06-01,2025-09-01,2025-01-10
        A6,D6,2025-01-01,USD,first_party,bank,open,2026-06-01,2025-09-01,2025-01-10
        A7,D7,2025-01-01,USD,first_party,bank,open,,,2025-10-01
        """,
    "statements": """
        account_id,cycle_end,balance,past_due,days_past_due,minimum_due
        A1,2026-06-20,1000.00,100.00,35,50.00
        A2,2026-06-20,500.00,500.00,200,25.00
        A3,2026-06-20,800.00,800.00,300,40.00
        A7,2026-06-20,700.00,700.00,200,35.00
        """,
    "payments": """
        payment_id,line,account_id,debtor_id,paid_on,amount,status,source,reverses
        P1,1,A1,,2026-06-25,40.00,posted,voluntary,
        P2,1,A1,,2026-05-25,10.00,posted,voluntary,
        P3,1,A2,,2026-06-10,30.00,posted,voluntary,
        P4,1,A2,,2026-06-11,-30.00,posted,voluntary,P3
        P5,1,A3,,2026-06-12,99.00,returned,voluntary,
        """,
    "holds": """
        hold_id,account_id,debtor_id,kind,starts_on,ends_on
        H1,,D6,bankruptcy,2026-06-15,
        H2,A7,,identity_theft,2026-06-15,
        """,
    "promises": """
        promise_id,account_id,made_on,due_on,amount
        R1,A1,2026-03-01,2026-03-10,25.00
        """,
    "points": """
        point_id,debtor_id,kind,value,status
        T1,D1,phone,0912 345 678,good
        T2,D2,phone,0912 345 679,good
        T3,D3,phone,12,good
        """,
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    source = tmp_path_factory.mktemp("source")
    for table, rows in SOURCE.items():
        (source / f"{table}.csv").write_text("".join(f"{line.strip()}\n" for line in rows.strip().splitlines()))
    settings = '[portfolio]\ncountry = "TW"\nzone = "Asia/Taipei"\nno_law_profile = ["TW"]\n'
    (source / "portfolio.toml").write_text(settings)
    load(source, source.parent / "lake", SystemClock())
    return Lake(source.parent / "lake")


@pytest.fixture(scope="module")
def night(module_database, lake, no_registry):
    return run_night(module_database, lake, no_registry, AS_OF, strategy("severity"), clock=DemoClock())


@pytest.fixture
def house(module_database, lake, night):
    with module_database.begin() as connection:
        asked = questions(lake.present, lake.settings)
        yield House(lake, asked, connection, NOW, limits_on=date(2026, 7, 1))


def rows_of(exported):
    return [row for file in exported.files for row in csv.DictReader(io.StringIO("".join(file.lines)))]


def of(house, kind, **asked):
    return {row["account_id"]: row for row in rows_of(export(house, kind, **asked))}


def test_who_has_paid_since_a_day_net_of_what_was_taken_back(house):
    found = of(house, "paid", since=date(2026, 6, 1))
    assert {account: (row["paid"], row["payments"]) for account, row in found.items()} == {"A1": ("40.00", "1")}
    assert of(house, "paid", since=date(2026, 5, 1))["A1"]["paid"] == "50.00"
    assert of(house, "paid") == {}, "by default the portfolio's month counts: July"


def test_a_candidate_for_placement_is_late_its_own_and_barred_by_nothing(house):
    exported = export(house, "placement")
    found = {row["account_id"]: row["reasons"] for row in rows_of(exported)}
    assert found == {
        "A2": "180 or more days past due; No payment is known; No rule bars a placement today",
        "A3": "Charged off; No payment is known; No rule bars a placement today",
    }
    assert (exported.held, exported.because) == (1, {"identity_theft": 1, "may_not_change_hands": 1})


def test_a_placed_account_comes_back_for_a_hold_or_when_nothing_was_paid_for_long(house):
    found = {account: row["reasons"] for account, row in of(house, "recall").items()}
    assert found == {"A4": "Placed on 2025-10-01, nothing paid in 180 days", "A6": "The debtor is bankrupt"}
    assert set(of(house, "recall", after_days=31)) == {"A4", "A6"}
    assert set(of(house, "recall", after_days=30)) == {"A4", "A5", "A6"}


def test_a_dialer_list_has_who_may_be_called_and_says_who_cannot_be_written(house):
    exported = export(house, "dialer")
    assert [(row["debtor_id"], row["phone_1"]) for row in rows_of(exported)] == [
        ("D2", "+886912345679"),
        ("D1", "+886912345678"),
    ]
    assert exported.left_out == {"no number in E.164": 1, "no call is open": 2}, "who is searched for has no call"


def test_a_list_can_be_of_one_lane_and_one_collector(house):
    assert rows_of(export(house, "crm", fits=Filter(collector="nobody"))) == []
    assert rows_of(export(house, "crm", fits=Filter(lane="callback"))) == []
    everybody = rows_of(export(house, "crm"))
    assert {row["debtor_id"] for row in rows_of(export(house, "crm", fits=Filter(lane="pay")))} == {
        row["debtor_id"] for row in everybody if row["lane"] == "pay"
    }


def test_a_paused_lane_and_who_is_on_a_desk_are_in_no_list(house):
    def run(sql):
        house.connection.exec_driver_sql(sql)

    everybody = {row["debtor_id"] for row in rows_of(export(house, "crm"))}
    run("SAVEPOINT before")
    run(
        "INSERT INTO leases (work_item_id, person, collector, taken_at, expires_at)"
        " SELECT work_item_id, 'D1', 'anna', '2026-07-01 03:50+00', '2026-07-01 04:05+00'"
        " FROM work_items WHERE debtor_id = 'D1'"
    )
    exported = export(house, "crm")
    assert {row["debtor_id"] for row in rows_of(exported)} == everybody - {"D1"}
    assert exported.left_out == {"on a desk": 1}
    run("UPDATE leases SET expires_at = '2026-07-01 04:00+00'")
    assert export(house, "crm").left_out == {}, "a lease that is over keeps nobody"
    for group, paused in (("'another'", False), ("'bank'", True), ("NULL", True)):
        run("DELETE FROM paused_queues")
        run(
            "INSERT INTO paused_queues (lane, client, because, by, at)"
            f" VALUES ('pay', {group}, 'a storm', 'ada', '2026-07-01')"
        )
        exported = export(house, "dialer", fits=Filter(lane="pay"))
        assert ("paused" in exported.left_out, exported.rows == 0) == (paused, paused)
    run("ROLLBACK TO before")


def test_an_export_is_on_record_with_its_checksum_and_nothing_of_a_debtor(house):
    from arrears.state import audit_trail

    exported = export(house, "crm")
    record_export(house, exported, who="ada")
    [line] = audit_trail.lines(house.connection, did="list.exported", limit=1)
    assert (line["who"], line["subject"]) == ("ada", "crm")
    assert line["detail"]["files"] == [{"part": 1, "rows": exported.rows, "sha256": exported.files[0].sha256}]


def test_a_brief_says_what_is_on_record_and_where(house):
    brief = brief_of(house, "A1")
    told = {section.title: [each.says for each in section.statements] for section in brief.sections}
    assert told["Payments"] == ["2 posted, net $50.00", "$10.00", "$40.00"]
    assert told["Promises"] == ["Promised $25.00 by 2026-03-10"]
    assert "First day of the delinquency never cured" in told["Account"]
    assert {each.source for section in brief.sections for each in section.statements} <= {
        *SOURCE, f"night {store.latest_night(house.connection).night_id}"
    }  # fmt: skip
    assert "T1" not in brief.text()
    assert "0912" not in brief.text()


def test_nobody_has_a_brief_of_an_account_that_nobody_knows(house):
    assert brief_of(house, "NOPE") is None
