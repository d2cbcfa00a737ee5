"""What pages say, read as text: the exported file, a held account, a book of invoices, a day without anybody."""

import csv
import io
import re
import time
from datetime import UTC, datetime

import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from serving.console.portfolio import facts_of
from serving.console.story import account_of, story_of
from tests.shared_data import shared_data


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        client.headers["Accept"] = "text/html"
        yield client


def test_the_whole_queue_is_exported_in_order(client):
    answer = client.get("/queues/export.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="arrears-csv-2005-10-03.csv"' in answer.headers["content-disposition"]
    assert [int(row["rank"]) for row in rows] == list(range(1, 5_130))
    assert answer.headers["arrears-held-since"] == "0"
    assert {row["allowed_until"] for row in rows} == {"2005-10-03T21:00:00+08:00"}
    assert "call" in rows[0]["allowed_channels"].split()


def test_a_filtered_queue_exports_what_it_shows(client):
    rows = list(csv.DictReader(io.StringIO(client.get("/queues/export.csv?bucket=180%2B&sort=balance").text)))
    balances = [float(row["balance"]) for row in rows]
    assert {row["bucket"] for row in rows} == {"180+"}
    assert balances == sorted(balances, reverse=True)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("/queues?bucket=9-9", "bucket is one of 1-29, 30-59, 60-89"),
        ("/queues?sort=luck", "sort is one of rank, place, bucket"),
        ("/queues/export.csv?sort=luck", "sort is one of rank, place, bucket"),
        ("/portfolio?by=weight", "by is one of &#39;count&#39; or &#39;balance&#39;"),
    ],
)
def test_an_unknown_choice_is_refused_with_what_is_allowed(client, asked, allowed):
    answer = client.get(asked)
    assert answer.status_code == 422
    assert allowed in answer.text
    assert "9-9" not in answer.text
    assert "luck" not in answer.text


def test_all_buckets_is_a_choice(client):
    assert client.get("/queues?bucket=&sort=rank").status_code == 200


def test_a_program_is_told_what_is_allowed_as_a_problem(client):
    answer = client.get("/v1/queues/pay/items?bucket=9-9&sort=luck")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 422
    bucket, sort = answer.json()["faults"]
    assert (bucket["where"], sort["where"]) == ("query.bucket", "query.sort")
    assert "'30-59'" in bucket["allowed"]
    assert "'rank'" in sort["allowed"]


def test_a_held_account_shows_why_and_no_rank(client):
    page = client.get("/debtors/D29999").text
    assert "no score brings a held account back" in page
    assert "rank " not in page.split("<main")[1].split("figures")[0]


def test_a_debtor_page_says_by_which_channel_we_may_and_until_when(client):
    page = re.sub(r"<[^>]+>", " ", client.get("/debtors/D00014").text.split("May we, now?")[1])
    assert re.search(r"call\s+allowed\s+3 Oct 2005, 21:00\s+primary D00014, T00014", page)


def test_the_queue_tells_the_hours_of_an_item(client):
    assert "call, sms 3 Oct 08:00\N{EN DASH}21:00" in client.get("/queues").text


def test_a_debtor_tells_the_live_status_from_the_settled_one(client):
    page = client.get("/debtors/D00014").text
    assert "live status, of 30 Sep 2005" in page
    assert "settled 28 days later" in page
    assert "last settled status, of 31 Aug 2005" in page


def test_a_debtor_tells_what_stopping_the_roll_saves(client):
    page = client.get("/debtors/D00014").text
    assert re.search(r"If it rolls [\d.]+ % of the 65,802 TWD owed is lost in the end, else [\d.]+ %", page)


def test_an_account_in_credit_owes_nothing(client):
    page = client.get("/debtors/D29999").text
    assert "In credit" in page
    assert "of its credit limit" not in page
    assert "1 cycle past due" in page
    assert "is lost in the end" not in page


def test_a_current_debtor_has_a_page_too(client):
    page = client.get("/debtors/D00003").text
    assert "not past due" in page
    assert "Month by month" in page


def test_today_tells_what_the_team_can_work(client):
    page = client.get("/").text
    for words in ("5,129", "1,689", "12 collectors", "5,040 minutes a day", "Nothing is owed"):
        assert words in page


def test_a_search_for_nobody_shows_an_empty_queue(client):
    answer = client.get("/find?id=%3Cb%3E", follow_redirects=True)
    assert answer.status_code == 200
    assert "No item matches" in answer.text
    assert "<b>" not in answer.text.split("<main")[1]


def test_models_tells_who_serves_and_what_a_measure_means(client):
    for _ in range(120):  # after a start the champions are opened first, and the page says so
        page = client.get("/models").text
        if "opening version" not in page:
            break
        time.sleep(0.5)
    assert "version 1 serves" in page
    assert page.count("0 is certain and right, lower is better.") >= 2  # at its head, and in the legend
    assert "Scorecard" in page


def test_every_page_is_made_in_good_time(client):
    for path in ("/", "/queues", "/debtors/D00014", "/models", "/portfolio"):
        assert "app;dur=" in client.get(path).headers["server-timing"]


def test_static_files_are_kept_and_nothing_else_is_served(client):
    answer = client.get("/static/console.css")
    assert "immutable" in answer.headers["cache-control"]
    for path in ("/static/../frame.py", "/static/frame.html", "/static/%2e%2e%2fframe.py", "/static/console.csS"):
        assert client.get(path).status_code == 404


def test_a_chart_is_served_and_only_a_chart(client):
    answer = client.get("/models/propensity/1/calibration.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    for path in (
        "/models/propensity/1/secret.svg",
        "/models/propensity/99/calibration.svg",
        "/models/nobody/1/gains.svg",
    ):
        assert client.get(path).status_code == 404


@pytest.fixture(scope="module")
def invoices(tmp_path_factory):
    root = tmp_path_factory.mktemp("receivables") / "lake"
    load(shared_data() / "sources" / "receivables", root, SystemClock())
    return Lake(root)


def test_a_book_of_invoices_tells_its_dues_and_payments(invoices):
    now = datetime(2013, 11, 30, tzinfo=UTC)
    con = invoices.connect()
    debtor, some_account = con.execute(
        "SELECT debtor_id, account_id FROM accounts ORDER BY account_id LIMIT 1"
    ).fetchone()
    con.close()
    story = story_of(invoices, invoices.settings, debtor, now)
    kinds = {event.kind for account in story.accounts for event in account.events}
    assert {"due", "payment"} <= kinds
    assert account_of(invoices, some_account) == debtor
    assert account_of(invoices, debtor) == debtor


def test_nothing_is_told_before_it_was_known(invoices):
    con = invoices.connect()
    (debtor,) = con.execute("SELECT debtor_id FROM accounts ORDER BY opened_on DESC LIMIT 1").fetchone()
    con.close()
    early = datetime(2012, 1, 2, tzinfo=UTC)
    told = story_of(invoices, invoices.settings, debtor, early)
    assert told is None or all(event.on <= early.date() for account in told.accounts for event in account.events)


def test_a_book_of_invoices_has_months(invoices):
    facts = facts_of(invoices, invoices.settings, invoices.last_day)
    assert facts.currency == "USD"
    assert facts.months
