"""Before the first night: what each missing fact would hold, and what cures it."""

import json
from datetime import date, timedelta
from pathlib import Path

from typer.testing import CliRunner

from tests.lake.small_source import account, due, write_csv

DAY = date(2025, 3, 3)
US = '[portfolio]\ncountry = "US"\nzone = "America/New_York"\n'
AGENCY = {"currency": "USD", "role": "third_party", "debt_class": "consumer"}
ADDRESS = {"country": "US", "region": "TX", "postal_code": "75001", "city": "Addison"}


def book(**more):
    debtors = [{"debtor_id": name, "kind": "person", **ADDRESS} for name in ("D1", "D2")]
    accounts = [account("A1", "D1", **AGENCY), account("A2", "D2", **AGENCY)]
    return {
        "debtors": debtors,
        "accounts": accounts,
        "dues": [due("U1", "A1", "100.00"), due("U2", "A2", "50.00")],
    } | more


def ready(tmp_path: Path, tables, *profiles: str, settings: str = US):
    from commands.check import app

    folder = write_csv(tmp_path / "source", tables, settings)
    asked = [str(folder), "--as-of", DAY.isoformat(), "--lake", str(tmp_path / "lake"), "--json"]
    for profile in profiles or ("us_federal", "us_states", "house"):
        asked += ["--profile", profile]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["readiness"]


def wants(found):
    return {want["code"]: want for want in found["wants"]}


def test_a_book_without_facts_that_law_needs_is_told_so_before_its_first_night(tmp_path):
    found = ready(tmp_path, book())
    assert (found["past_due"], found["free"]) == (2, 0)
    licence = next(want for want in found["wants"] if "licences" in want["cured_by"])
    assert (licence["accounts"], licence["clause"] != "") == (2, True)


def test_supplying_the_table_named_takes_the_want_away(tmp_path):
    before = ready(tmp_path / "before", book())
    licences = [{"place": "US-TX", "kind": "agency", "starts_on": "2020-01-01", "ends_on": "", "status": "active"}]
    after = ready(tmp_path / "after", book(licences=licences))
    cured = {want["code"] for want in before["wants"] if "licences" in want["cured_by"]}
    assert cured
    assert cured.isdisjoint(wants(after))


def test_an_account_that_only_one_want_holds_would_be_freed_by_it(tmp_path):
    found = ready(tmp_path, book(), "us_states")
    assert [want["frees"] for want in found["wants"] if "licences" in want["cured_by"]] == [2]


def test_house_limits_alone_want_nothing(tmp_path):
    found = ready(tmp_path, book(), "house")
    assert (found["free"], found["wants"]) == (2, [])


def test_a_profile_that_nobody_wrote_is_refused_with_those_there_are(tmp_path):
    from arrears.errors import BadInput
    from commands.check import app

    folder = write_csv(tmp_path / "source", book(), US)
    done = CliRunner().invoke(app, [str(folder), "--profile", "moon", "--lake", str(tmp_path / "lake")])
    assert isinstance(done.exception, BadInput)
    assert "us_federal" in done.exception.do


def test_nothing_enters_the_lake(tmp_path):
    ready(tmp_path, book())
    assert not (tmp_path / "lake").exists()


def test_a_check_of_nothing_says_what_to_name():
    from arrears.errors import WrongUse
    from commands.check import app

    assert isinstance(CliRunner().invoke(app, []).exception, WrongUse)


def test_the_day_judged_is_the_business_day_after(tmp_path):
    found = ready(tmp_path, book(), "house")
    assert found["served_on"] == (DAY + timedelta(days=1)).isoformat()
    assert found["as_of"] == DAY.isoformat()


def test_a_profile_that_speaks_to_nobody_of_the_book_is_told(tmp_path):
    found = ready(tmp_path, book(), "us_federal", "house")
    assert found["covered"] == {"us_federal": 2, "house": 2}
    abroad = [{"debtor_id": name, "kind": "person", "country": "DE"} for name in ("D1", "D2")]
    accepted = US + 'no_law_profile = ["DE"]\n'
    elsewhere = ready(tmp_path / "abroad", book(debtors=abroad), "us_federal", "house", settings=accepted)
    assert elsewhere["covered"] == {"us_federal": 0, "house": 2}
