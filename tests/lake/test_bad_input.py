"""Every class of bad input: what the report says of it, and that it is an error.

A canary stands in the values of each broken row: no message may repeat it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from arrears.errors import WrongUse
from arrears.intake.report import Problem, Report
from arrears.intake.source import open_source
from arrears.lake import Lake
from arrears.loading import check, load
from tests.lake.small_source import Standing, account, check_tables, due, only, payment, small_book, write_csv

CANARY = "Zyxwanda Quorl"


def assert_error(
    report: Report, rule: str, table: str, column: str | None, count: int, keys: tuple[str, ...]
) -> Problem:
    problem = only(report, rule)
    assert (problem.table, problem.column, problem.count, problem.keys) == (table, column, count, keys)
    assert problem.level == "error"
    assert problem.do
    assert all(CANARY not in each.sentence for each in report.problems)
    return problem


def test_a_sound_book_has_no_error(tmp_path: Path):
    assert check_tables(tmp_path, small_book()).errors == ()


def test_a_missing_required_column_is_named(tmp_path: Path):
    book = small_book()
    book["dues"] = [{name: value for name, value in row.items() if name != "kind"} for row in book["dues"]]
    assert_error(check_tables(tmp_path, book), "missing_column", "dues", "kind", 1, ())


def test_a_missing_required_table_is_named(tmp_path: Path):
    book = small_book()
    del book["debtors"]
    assert_error(check_tables(tmp_path, book), "missing_table", "debtors", None, 1, ())


def test_without_statements_and_dues_nothing_says_how_late_an_account_is(tmp_path: Path):
    book = small_book()
    del book["dues"]
    assert_error(check_tables(tmp_path, book), "missing_table", "statements or dues", None, 1, ())


def test_a_value_of_the_wrong_type_is_counted(tmp_path: Path):
    book = small_book()
    book["accounts"] = [account("A1", "D1", opened_on=CANARY), account("A2", "D2")]
    assert_error(check_tables(tmp_path, book), "wrong_type", "accounts", "opened_on", 1, ("A1",))


def test_an_empty_value_that_every_row_needs_is_an_error(tmp_path: Path):
    book = small_book()
    book["dues"].append(due("U3", "A1", ""))
    assert_error(check_tables(tmp_path, book), "missing_value", "dues", "amount", 1, ("U3",))


def test_a_payment_needs_an_account_or_a_debtor(tmp_path: Path):
    book = small_book()
    book["payments"].append(payment("P2", "", "1.00", method=CANARY))
    assert_error(check_tables(tmp_path, book), "missing_value", "payments", None, 1, ("P2, 1",))


def test_an_unknown_enum_value_is_not_repeated(tmp_path: Path):
    book = small_book()
    book["debtors"] = [{"debtor_id": "D1", "kind": CANARY}, {"debtor_id": "D2", "kind": "business"}]
    problem = assert_error(check_tables(tmp_path, book), "unknown_value", "debtors", "kind", 1, ("D1",))
    assert "person, business" in problem.found


def contact(disposition: str) -> dict[str, str]:
    plain = {
        "contact_id": "C1",
        "account_id": "A1",
        "at": "2025-02-03T10:00:00Z",
        "channel": "call",
        "direction": "out",
    }
    return plain | {"disposition": disposition}


def test_an_unknown_disposition_code_is_named(tmp_path: Path):
    report = check_tables(tmp_path, small_book() | {"contacts": [contact("promised_to_pay")]})
    problem = assert_error(report, "unknown_value", "contacts", "disposition", 1, ("C1",))
    assert problem.found.endswith(": promised_to_pay")


def test_an_unknown_disposition_that_is_no_code_is_not_named(tmp_path: Path):
    report = check_tables(tmp_path, small_book() | {"contacts": [contact(CANARY)]})
    assert_error(report, "unknown_value", "contacts", "disposition", 1, ("C1",))


def test_the_same_key_twice_is_an_error(tmp_path: Path):
    book = small_book()
    book["dues"].append(due("U1", "A1", "7.00"))
    assert_error(check_tables(tmp_path, book), "duplicate_key", "dues", None, 2, ("U1", "U1"))


def test_the_same_key_at_the_same_moment_is_an_error(tmp_path: Path):
    book = small_book()
    book["dues"] = [due("U1", "A1", amount, recorded_at="2025-02-01T00:00:00Z") for amount in ("1.00", "2.00")]
    assert_error(check_tables(tmp_path, book), "duplicate_key", "dues", None, 2, ("U1", "U1"))


def test_the_same_key_at_a_later_moment_is_a_correction(tmp_path: Path):
    book = small_book()
    book["dues"] = [due("U1", "A1", "1.00", recorded_at=f"2025-02-0{day}T00:00:00Z") for day in (1, 2)]
    assert check_tables(tmp_path, book).errors == ()


def test_a_row_of_an_account_that_does_not_exist_is_an_orphan(tmp_path: Path):
    book = small_book()
    book["dues"].append(due("U3", "A9", "7.00"))
    assert_error(check_tables(tmp_path, book), "orphan", "dues", "account_id", 1, ("U3",))


def test_an_account_of_a_debtor_that_does_not_exist_is_an_orphan(tmp_path: Path):
    book = small_book()
    book["accounts"].append(account("A3", "D9"))
    assert_error(check_tables(tmp_path, book), "orphan", "accounts", "debtor_id", 1, ("A3",))


@pytest.mark.parametrize("amount", ["0.00", "-5.00"])
def test_a_payment_of_zero_or_less_that_reverses_nothing_is_an_error(tmp_path: Path, amount: str):
    book = small_book()
    book["payments"].append(payment("P2", "A1", amount, reverses=""))
    assert_error(check_tables(tmp_path, book), "not_positive", "payments", "amount", 1, ("P2, 1",))


def test_a_negative_payment_that_reverses_another_is_sound(tmp_path: Path):
    book = small_book()
    book["payments"].append(payment("P2", "A1", "-40.00", reverses="P1"))
    assert check_tables(tmp_path, book).errors == ()


def test_a_reversal_of_a_missing_payment_is_an_error(tmp_path: Path):
    book = small_book()
    book["payments"].append(payment("P2", "A1", "-40.00", reverses="P7"))
    assert_error(check_tables(tmp_path, book), "missing_payment", "payments", "reverses", 1, ("P2, 1",))


@pytest.mark.parametrize("owner", [{"account_id": "A2"}, {"account_id": "", "debtor_id": "D2"}])
def test_a_reversal_of_another_debtors_payment_is_an_error(tmp_path: Path, owner):
    book = small_book()
    book["payments"].append(payment("P2", "A1", "-1.00", reverses="P1") | owner)
    assert_error(check_tables(tmp_path, book), "other_debtor", "payments", "reverses", 1, ("P2, 1",))


@pytest.mark.parametrize("owner", [{"account_id": "A3"}, {"account_id": "", "debtor_id": "D1"}])
def test_a_reversal_through_another_account_of_the_debtor_is_sound(tmp_path: Path, owner):
    book = small_book()
    book["accounts"].append(account("A3", "D1"))
    book["payments"].append(payment("P2", "A1", "-40.00", reverses="P1") | owner)
    assert check_tables(tmp_path, book).errors == ()


@pytest.mark.parametrize(("amounts", "faults"), [(("-30.00", "10.00"), 0), (("-30.00", "10.01"), 2)])
def test_reversals_of_more_than_was_paid_are_an_error(tmp_path: Path, amounts, faults):
    book = small_book()
    book["payments"] += [payment(f"P{at}", "A1", amount, reverses="P1") for at, amount in enumerate(amounts, 2)]
    if not faults:
        assert check_tables(tmp_path, book).errors == ()
        return
    keys = ("P2, 1", "P3, 1")
    assert_error(check_tables(tmp_path, book), "reversed_too_much", "payments", "amount", faults, keys)


def test_a_reversal_is_held_against_payments_and_reversals_of_earlier_loads(tmp_path: Path, lake_root: Path):
    book = small_book()
    book["payments"].append(payment("P2", "A1", "-30.00", reverses="P1"))
    load(write_csv(tmp_path / "first", book), lake_root, Standing())
    within = {"payments": [payment("P3", "A1", "-10.00", reverses="P1")]}
    assert check_tables(tmp_path / "second", within, lake=lake_root).errors == ()
    beyond = {"payments": [payment("P3", "A1", "-10.01", reverses="P1")]}
    report = check_tables(tmp_path / "third", beyond, lake=lake_root)
    assert_error(report, "reversed_too_much", "payments", "amount", 2, ("P2, 1", "P3, 1"))
    others = {"payments": [payment("P3", "A2", "-10.00", reverses="P1")]}
    report = check_tables(tmp_path / "fourth", others, lake=lake_root)
    assert_error(report, "other_debtor", "payments", "reverses", 1, ("P3, 1",))


def test_a_payment_on_the_day_of_the_load_is_sound(tmp_path: Path):
    book = small_book()
    book["payments"].append(payment("P2", "A1", "1.00", paid_on="2026-03-31"))
    assert check_tables(tmp_path, book).errors == ()


def test_a_payment_after_the_day_of_the_load_is_an_error(tmp_path: Path):
    book = small_book()
    book["payments"].append(payment("P2", "A1", "1.00", paid_on="2026-04-01"))
    assert_error(check_tables(tmp_path, book), "in_future", "payments", "paid_on", 1, ("P2, 1",))


def test_the_day_of_the_load_is_the_portfolios_own(tmp_path: Path):
    book = small_book()
    book["payments"].append(payment("P2", "A1", "1.00", paid_on="2026-04-01"))
    # Noon in UTC is two in the morning of the next day in Kiritimati.
    assert check_tables(tmp_path, book, settings='[portfolio]\nzone = "Pacific/Kiritimati"').errors == ()


def test_an_unknown_currency_is_an_error(tmp_path: Path):
    book = small_book()
    book["accounts"] = [account("A1", "D1", currency="EUX"), account("A2", "D2")]
    assert_error(check_tables(tmp_path, book), "unknown_currency", "accounts", "currency", 1, ("A1",))


def test_an_unknown_zone_of_a_debtor_is_an_error(tmp_path: Path):
    book = small_book()
    book["debtors"] = [
        {"debtor_id": "D1", "kind": "person", "stated_time_zone": CANARY},
        {"debtor_id": "D2", "kind": "business", "stated_time_zone": "Europe/Rome"},
    ]
    assert_error(check_tables(tmp_path, book), "unknown_zone", "debtors", "stated_time_zone", 1, ("D1",))


def test_an_unknown_zone_of_the_portfolio_is_an_error(tmp_path: Path):
    report = check_tables(tmp_path, small_book(), settings='[portfolio]\nzone = "Mars/Olympus"')
    assert_error(report, "bad_setting", "portfolio.toml", None, 1, ())


def test_two_currencies_in_one_account_are_an_error(tmp_path: Path):
    book = small_book()
    book["accounts"] = [
        account("A1", "D1", recorded_at="2025-01-01T00:00:00Z"),
        account("A1", "D1", currency="USD", recorded_at="2025-01-02T00:00:00Z"),
        account("A2", "D2", recorded_at="2025-01-02T00:00:00Z"),
    ]
    assert_error(check_tables(tmp_path, book), "two_currencies", "accounts", "currency", 2, ("A1", "A1"))


def test_another_currency_than_the_lakes_is_an_error(tmp_path: Path, lake_root: Path):
    load(write_csv(tmp_path / "first", small_book()), lake_root, Standing())
    book = {"accounts": [account("A1", "D1", currency="USD")]}
    report = check_tables(tmp_path / "second", book, lake=lake_root)
    assert_error(report, "two_currencies", "accounts", "currency", 1, ("A1",))


def test_money_of_a_debtor_with_two_currencies_must_name_its_account(tmp_path: Path):
    book = small_book()
    book["accounts"].append(account("A3", "D1", currency="JPY"))
    book["payments"].append(payment("P2", "", "1", debtor_id="D1"))
    assert_error(check_tables(tmp_path, book), "unclear_currency", "payments", "amount", 1, ("P2, 1",))


@pytest.mark.parametrize(
    "name", ["SEX", "gender", "age", "race", "ethnicity", "education", "marriage", "maritalStatus"]
)
def test_a_protected_column_outside_its_table_is_an_error(tmp_path: Path, name: str):
    book = small_book()
    book["debtors"] = [{**row, name: CANARY} for row in book["debtors"]]
    assert_error(check_tables(tmp_path, book), "protected_column", "debtors", name, 1, ())


@pytest.mark.parametrize("name", ["icd10", "diagnosis_code", "Procedure"])
def test_a_column_of_care_is_an_error(tmp_path: Path, name: str):
    book = small_book()
    book["accounts"] = [{**row, name: CANARY} for row in book["accounts"]]
    assert_error(check_tables(tmp_path, book), "health_column", "accounts", name, 1, ())


def test_two_files_for_one_table_are_an_error(tmp_path: Path):
    write_csv(tmp_path, small_book())
    (tmp_path / "dues.parquet").write_bytes(b"")
    assert_error(check(tmp_path, Lake(tmp_path / "lake"), Standing()), "two_files", "dues", None, 1, ())


def test_a_line_that_is_no_row_is_told_by_its_number(tmp_path: Path):
    write_csv(tmp_path, small_book())
    with (tmp_path / "dues.csv").open("a") as file:
        file.write(f"U9,A1,2025-02-01,1.00,invoice,{CANARY}\n")
    assert_error(check(tmp_path, Lake(tmp_path / "lake"), Standing()), "unreadable", "dues", None, 1, ("line 4",))


@pytest.mark.parametrize("content", [b"", b"PAR1 this is no Parquet file"])
def test_a_parquet_file_that_is_none_is_an_error(tmp_path: Path, content: bytes):
    write_csv(tmp_path, small_book())
    (tmp_path / "promises.parquet").write_bytes(content)
    assert_error(check(tmp_path, Lake(tmp_path / "lake"), Standing()), "unreadable", "promises", None, 1, ())


@pytest.mark.parametrize("content", [b"", b"debtor_id,debtor_id\n", b"debtor_id,\n", b"\xff\xfe\x00"])
def test_a_csv_file_without_a_line_of_names_is_an_error(tmp_path: Path, content: bytes):
    write_csv(tmp_path, small_book())
    (tmp_path / "promises.csv").write_bytes(content)
    assert_error(check(tmp_path, Lake(tmp_path / "lake"), Standing()), "unreadable", "promises", None, 1, ())


def test_text_that_is_no_utf8_is_an_error(tmp_path: Path):
    write_csv(tmp_path, small_book())
    (tmp_path / "debtors.csv").write_bytes(b"debtor_id,kind\nD1,person\nD2,business\nD\xe93,person\n")
    assert only(check(tmp_path, Lake(tmp_path / "lake"), Standing()), "unreadable").table == "debtors"


@pytest.mark.parametrize(("country", "said"), [("FR", "FR (1 debtor)"), (CANARY, "no ISO code (1 debtor)")])
def test_a_country_without_a_law_file_is_an_error_until_the_deployment_accepts_it(tmp_path: Path, country, said):
    book = small_book()
    book["debtors"][0]["country"] = country
    assert said in assert_error(check_tables(tmp_path / "out", book), "no_law", "debtors", "country", 1, ()).found


@pytest.mark.parametrize("country", ["US", "usa", "FR", ""])
def test_a_country_with_law_one_that_is_accepted_and_one_that_nobody_knows_are_none(tmp_path: Path, country):
    book = small_book()
    book["debtors"][0]["country"] = country
    write_csv(tmp_path, book)
    (tmp_path / "portfolio.toml").write_text('[portfolio]\nno_law_profile = ["FR"]\n')
    assert check(tmp_path, Lake(tmp_path / "lake"), Standing()).errors == ()


def test_all_problems_of_all_tables_are_told_at_once(tmp_path: Path):
    book = small_book()
    book["accounts"] = [account("A1", "D1", currency="EUX", opened_on="yesterday"), account("A2", "D9")]
    book["dues"].append(due("U3", "A9", "1.234"))
    book["payments"].append(payment("P2", "A1", "0"))
    found = {problem.rule for problem in check_tables(tmp_path, book).errors}
    assert found == {"unknown_currency", "wrong_type", "orphan", "too_many_decimals", "not_positive"}


def test_five_keys_are_kept_of_many_rows(tmp_path: Path):
    book = small_book()
    book["dues"] += [due(f"X{at}", "A9", "1.00") for at in range(9)]
    assert_error(check_tables(tmp_path, book), "orphan", "dues", "account_id", 9, ("X0", "X1", "X2", "X3", "X4"))


def test_a_folder_that_does_not_exist_is_wrong_use(tmp_path: Path):
    with pytest.raises(WrongUse, match="no folder of that name"):
        open_source(tmp_path / "nowhere")


def test_a_folder_without_tables_is_wrong_use(tmp_path: Path):
    with pytest.raises(WrongUse, match="no file in it is named as a table"):
        open_source(tmp_path)
