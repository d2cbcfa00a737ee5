"""The pages Experiments and /v1/experiments: what is planned, how a test stands, and promote, stop and take back."""

import html
import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from arrears.clock import SystemClock
from arrears.experiments import acting, enrolments, life, records
from arrears.experiments.design import read_design
from arrears.experiments.enrolments import Enrolled
from arrears.experiments.observed import Observed
from arrears.experiments.plan_document import plan_document
from arrears.experiments.power import spread_of
from arrears.experiments.readout import readout
from arrears.queues import in_force
from serving.console import experiments
from serving.console.experiments_told import shares_said, written
from serving.console.frame import filled
from serving.deployment import Deployment
from serving.people import access
from serving.people.people import add_person
from serving.people.sign_ins import Person
from serving.present import Present
from tests.console.axe import violations
from tests.experiments.played import played

DESIGN = """
name = "NAME"
sentence = "Rank by severity, and see whether more is paid within two weeks."
salt = "NAME"
household_together = false
secondary = ["cash_per_minute"]

[[arms]]
name = "champion"
role = "champion"
share = 0.5
strategy = "value_at_risk/1"

[[arms]]
name = "challenger"
role = "challenger"
share = 0.5
strategy = "severity/1"

[cohort]
currency = "TWD"
buckets = ["BUCKET"]

[exclusion]
group = "NAME"

[enrolment]
starts = 2005-07-04
weeks = 8
debtors = 2240

[primary]
metric = "net_cash"
horizon_days = 14
settlement_days = 7
smallest_effect_minor = 300.0

[[covariates]]
name = "balance_before_minor"

[[guardrails]]
metric = "complaints"
margin = 0.05
horizon_days = 14

[[guardrails]]
metric = "contacts"
margin = 0.5
horizon_days = 14
"""
NOW = datetime(2005, 10, 3, 4, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "Ines"}
CAME_IN = date(2005, 9, 2)  # the demo pays on the 15th, the last day of two weeks
HTML = {"Accept": "text/html"}


def design(name, bucket):
    return read_design(DESIGN.replace("NAME", name).replace("BUCKET", bucket))


def plan_of(own):
    """What the command writes beside a plan, from a made-up spread."""
    draw = [0.0] * 55 + [300.0 * step for step in range(1, 46)]
    spread = spread_of(draw, cap=None, stock=1_500, per_week=120)
    return plan_document(own, date(2005, 8, 31), spread)


def begun(connection, own):
    life.plan(connection, own, evidence=plan_of(own), **BY)
    life.start(connection, records.find(connection, own.name), because="summer is over", **BY)
    return records.find(connection, own.name)


def read_by(connection, test, as_of, **gains):
    """A reading of what was played, as nights and loads would have it."""
    found = readout(test.design, played(test.design, 3, **gains), as_of=as_of)
    acting.keep_reading(connection, test, found.document(), at=NOW)
    return found


@pytest.fixture(scope="module")
def tests(served):
    """A planned test, one that goes on, one whose challenger wins and one that did harm."""
    found = {}
    with served.engine.begin() as connection:
        unplanned = design("no_plan", "120-149")
        life.plan(connection, unplanned, evidence={}, **BY)
        waits = design("later_letters", "90-119")
        life.plan(connection, waits, evidence=plan_of(waits), **BY)
        goes_on = begun(connection, design("even_handed", "1-29"))
        found["even_handed"] = read_by(connection, goes_on, date(2005, 8, 28), cash={"challenger": 400.0})
        sql = "SELECT debtor_id FROM work_items WHERE made_by = 'night' ORDER BY debtor_id LIMIT 40"
        names = connection.execute(text(sql)).scalars().all()
        arms = [("challenger" if place % 2 else "champion", name) for place, name in enumerate(dict.fromkeys(names))]
        own = goes_on.experiment_id
        who = [Enrolled(own, name, arm, name, "", {"balance_before_minor": 1.0}) for arm, name in arms]
        enrolments.enrol(connection, 1, CAME_IN, who)
        wins = begun(connection, design("by_severity", "30-59"))
        found["by_severity"] = read_by(connection, wins, date(2005, 10, 2), cash={"challenger": 900.0})
        harms = begun(connection, design("bad_idea", "60-89"))
        found["bad_idea"] = read_by(connection, harms, date(2005, 8, 28), cash={"challenger": -1_500.0})
    return found


@pytest.fixture(scope="module")
def client(served, tests):
    with served.client() as client:
        client.timeout = 120
        client.headers.update(HTML)
        yield client


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1]))


def test_every_test_stands_in_the_list_with_its_verdict(client):
    told = words(client.get("/experiments").text)
    assert "Keep it running" in told
    assert "Promote it" in told
    assert "Ended by itself: it did harm" in told
    assert "Not started" in told
    assert re.search(r"value_at_risk/1 50 % , 20 debtors severity/1 50 % , 20 debtors", told)
    assert "In force: value_at_risk/1" in told
    assert "Nothing was ever promoted" in told
    states = re.findall(r" (running|planned|ended) ", told.split("Days", 1)[1].split("In force")[0])
    assert list(dict.fromkeys(states)) == ["running", "planned", "ended"], "each state's together, in this order"


@pytest.mark.parametrize(("role", "may_plan"), [("manager", True), ("auditor", False)])
def test_before_the_first_test_the_page_tells_how_to_plan_one(database, tmp_path, role, may_plan):
    present = Present(tmp_path, database)
    deployment = Deployment(places=None, engine=database, registry=None, champions=None, present=present)
    facts = experiments.every(deployment, Person("Ines", role), None)
    frame = {"room": "", "rooms": [], "may_find": False, "clock": {"day": "", "time": ""}, "notices": []}
    page = filled("experiments.html", {**frame, **facts})
    told = words(page)
    assert "No test is on record" in told
    assert "arrears experiment plan DESIGN.toml --keep" in told
    assert "In force: value_at_risk/1" in told
    assert ('href="/experiments/new"' in page) == may_plan


@pytest.mark.parametrize("page", ["even_handed/1", "later_letters/1", "even_handed/1/report"])
def test_a_page_tells_what_the_design_guards_tells_and_corrects_for(client, page):
    told = words(client.get(f"/experiments/{page}").text)
    assert re.search(r"Must not get worse .*complaints by more than [0-9.]+ a debtor, \d+ days", told)
    assert "Also told cash per minute" in told


def test_before_anybody_came_in_no_shares_are_spoken_of():
    own = design("nobody_yet", "1-29")
    reading = readout(own, Observed({}), as_of=own.enrolment.starts).document()
    assert shares_said(reading, own) == "Nobody had come in by the day of the reading, 4 Jul 2005."


def test_a_design_without_a_plan_says_so(client):
    told = words(client.get("/experiments/no_plan/1").text)
    assert "It was written down without a plan" in told
    assert "What it can find" not in told


def test_a_plan_tells_what_it_can_find_in_money(client, tests):
    page = client.get("/experiments/later_letters/1").text
    told = words(page)
    assert "Net cash per assigned debtor within the horizon: 14 days, and 7 days to settle" in told
    assert "3.00 TWD a debtor" in told, "money is told in major units"
    own = plan_of(design("later_letters", "90-119"))["plan"]
    assert f"{own['debtors']:,}" in told
    assert page.count('aria-label="Chance to find an effect, by its size"') == 2
    assert "Start the test" in told
    assert "/stop" not in page


def test_a_verdict_comes_first_with_its_reasons_and_the_difference_in_money(client, tests):
    told = words(client.get("/experiments/by_severity/1").text)
    (arm,) = tests["by_severity"].challengers
    assert arm.verdict.decision == "promote"
    assert told.index("Promote it") < told.index("standard errors") < told.index("Design")
    assert "the challenger collects more: the upper bound is crossed" in told
    claim = arm.adjusted
    effect, low, high = (written(end, "money", "TWD") for end in (claim.estimate, claim.low, claim.high))
    assert f"{effect} TWD more a debtor, between {low} more and {high} more." in told
    assert "within its margin" in told
    assert "The arms hold their shares" in told


def test_the_boundary_plot_draws_every_look_and_the_bounds_to_come(client, tests):
    page = client.get("/experiments/even_handed/1").text
    (arm,) = tests["even_handed"].challengers
    (wide, _) = re.findall(r'<svg [^>]*aria-label="Difference in standard errors.*?</svg>', page, re.DOTALL)
    assert wide.count('class="dot"') == len(arm.looks) > 0
    assert wide.count('class="ahead"') >= len(arm.to_come) > 0
    told = words(page)
    assert "The interval holds at every look at once with 95 % certainty" in told
    assert f"{arm.looks[-1].debtors[1]:,} and {arm.looks[-1].debtors[0]:,} debtors that have matured" in told


def taken_back_by(page):
    """The hidden fields of the form that takes a promotion back."""
    (form,) = re.findall(r'<form[^>]*action="/experiments/roll-back".*?</form>', page, re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def payers(served, lake, arm):
    """Debtors of an arm who paid in the two weeks, counted one by one: in the demo, nobody has two accounts."""
    sql = text("SELECT debtor_id FROM experiment_debtors WHERE arm = :arm")
    with served.engine.connect() as connection:
        names = connection.execute(sql, {"arm": arm}).scalars().all()
    with lake.connect() as con:
        rows = con.execute("""
            SELECT a.debtor_id, p.paid_on, p.amount_minor FROM payments p JOIN accounts a USING (account_id)
            WHERE p.known_until IS NULL AND a.known_until IS NULL
        """).fetchall()
    last = date(2005, 9, 15)
    return len({who for who, day, amount in rows if who in names and CAME_IN <= day <= last and amount > 0})


def test_the_arms_funnel_counts_debtors_and_says_what_it_cannot(client, served, demo_lake):
    told = words(client.get("/experiments/even_handed/1").text)
    assert re.search(r"Enrolled 20 100 % 20 100 %", told)
    assert re.search(r"On a list 20 100 % 20 100 %", told)
    assert re.search(r"Served to a collector \d+", told)
    paid = [payers(served, demo_lake, arm) for arm in ("champion", "challenger")]
    assert sum(paid) > 0
    assert re.search(rf"Paid within the horizon so far {paid[0]} \d+ % {paid[1]} \d+ %", told)
    assert "what other systems did cannot be told" in told


def test_only_a_verdict_to_promote_opens_that_form_and_the_server_asks_again(client):
    page = client.get("/experiments/even_handed/1").text
    assert re.search(r'<button class="main" type="submit" disabled[^>]*>Promote severity/1', page)
    answer = client.post("/experiments/even_handed/1/promote", data={"arm": "challenger", "because": "I like it"})
    assert (answer.status_code, "the rule says continue" in answer.text) == (409, True)
    assert "In force: value_at_risk/1" in words(client.get("/experiments").text)


@pytest.mark.parametrize("act", ["even_handed/1/stop", "by_severity/1/promote", "roll-back"])
def test_no_act_without_a_reason(client, act):
    answer = client.post(f"/experiments/{act}", data={"arm": "challenger", "because": "  "})
    assert (answer.status_code, "no reason" in answer.text) == (422, True)


def test_the_report_is_one_page_without_navigation(client):
    page = client.get("/experiments/by_severity/1/report").text
    assert 'class="rooms"' not in page
    assert "<form" not in page
    told = words(page)
    for each in (
        "Promote it",
        "What must not get worse",
        "How far the arms came",
        "What it can find",
        "summer is over",
    ):
        assert each in told


def test_an_arm_whose_version_did_not_answer_is_told_by_page_report_and_program(client, served):
    own = DESIGN.replace("NAME", "newer_model").replace("BUCKET", "150-179")
    own = own.replace('strategy = "value_at_risk/1"', 'model = "propensity/1"')
    parts = [
        {"test": "newer_model/1", "arm": "champion", "debtors": 41, "model_because": None},
        {"test": "newer_model/1", "arm": "challenger", "debtors": 40, "model_because": "It cannot be opened."},
    ]
    copied = """
        INSERT INTO nights SELECT (jsonb_populate_record(n, CAST(:changed AS jsonb))).* FROM nights n WHERE night_id = 1
    """
    changed = {"night_id": 900, "state": "superseded", "served_on": "2005-08-30", "experiments": parts}
    with served.engine.begin() as connection:
        test = read_design(own.replace('strategy = "severity/1"', 'model = "propensity/2"'))
        number = life.plan(connection, test, evidence={}, **BY)
        begins = "UPDATE experiments SET state = 'running', started_on = planned_at WHERE name = 'newer_model'"
        connection.execute(text(begins))
        connection.execute(
            text(copied.replace("INTO nights", "INTO nights OVERRIDING SYSTEM VALUE")), {"changed": json.dumps(changed)}
        )
    said = "Challenger: propensity/2 did not answer on 1 night, 30 Aug 2005, for up to 40 debtors; the night's own "
    for path in ("", "/report"):
        told = words(client.get(f"/experiments/newer_model/1{path}").text)
        assert f"{said}worked them. It cannot be opened." in html.unescape(told)
    (told,) = client.get(f"/v1/experiments/{number}").json()["unanswered"]
    assert told == {
        "arm": "challenger",
        "nights": 1,
        "first": "2005-08-30",
        "last": "2005-08-30",
        "debtors": 40,
        "because": "It cannot be opened.",
    }


def test_what_does_not_exist_is_not_found(client):
    for path in ("/experiments/nothing/1", "/experiments/by_severity/9", "/experiments/nothing/1/report"):
        assert client.get(path).status_code == 404
    assert client.post("/experiments/nothing/1/stop", data={"because": "x"}).status_code == 404
    assert client.get("/v1/experiments/999999").status_code == 404


def test_programs_read_design_state_reading_and_acts(client, tests):
    every = client.get("/v1/experiments").json()
    assert every["in_force"] == "value_at_risk/1"
    by_name = {each["name"]: each for each in every["experiments"]}
    assert [arm["debtors"] for arm in by_name["even_handed"]["arms"]] == [20, 20]
    one = client.get(f"/v1/experiments/{by_name['bad_idea']['experiment_id']}").json()
    assert (one["state"], one["ended_by"], one["ended_on"]) == ("ended", "harm", "2005-08-28")
    assert one["design"] == design("bad_idea", "60-89").document()
    assert one["reading"] == tests["bad_idea"].document()
    assert [act["did"] for act in one["acts"]] == ["planned", "started", "read", "ended"]
    waiting = client.get(f"/v1/experiments/{by_name['later_letters']['experiment_id']}").json()
    assert (waiting["state"], waiting["reading"], waiting["started_on"]) == ("planned", None, None)


def test_who_may_look_may_not_all_act(served, client):
    now = SystemClock().now()
    expected = {"auditor": (200, 403), "scientist": (200, 403), "collector": (403, 403)}
    for role, (looks, acts) in expected.items():
        own = {"collector_id": "C12"} if role == "collector" else {}
        add_person(served.engine, f"{role} of tests", role, who="test", now=now, **own)
        key = access.new_key(served.engine, now=now, person=f"{role} of tests")
        headers = HTML | {"Authorization": f"Bearer {key}"}
        page = client.get("/experiments/even_handed/1", headers=headers)
        assert page.status_code == looks
        assert 'method="post" action="/experiments' not in page.text
        assert "Stop the test" not in page.text
        answer = client.post("/experiments/even_handed/1/stop", data={"because": "x"}, headers=headers)
        assert answer.status_code == acts
    assert client.get("/v1/experiments", headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_a_desk_tells_nothing_of_tests(client):
    assert "experiment" not in client.get("/desk").text.split("<main")[1].casefold()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)], ids=["wide-light", "narrow-dark"])
def test_the_pages_fit_their_window_and_shut_nobody_out(look, tests, width, dark, tmp_path):
    window = look(width, dark=dark, script=width > 1000)
    addresses = ["", "/later_letters/1", "/even_handed/1", "/by_severity/1", "/bad_idea/1", "/by_severity/1/report"]
    for number, path in enumerate(addresses):
        window.open("/experiments" + path)
        window.page.screenshot(path=tmp_path / f"{number}-{width}.png", full_page=True)
        assert window.overflow() <= 0, path
        if width > 1000:
            assert violations(window.page) == [], path
    window.page.emulate_media(media="print")
    window.page.screenshot(path=tmp_path / f"print-{width}.png", full_page=True)
    assert window.page.locator(".back, details").first.is_hidden(), "what only a screen can use is not printed"
    assert window.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert window.errors == []


def test_a_challenger_is_promoted_in_the_browser_and_taken_back(client):
    answer = client.post("/experiments/by_severity/1/promote", data={"arm": "challenger", "because": "it brings more"})
    assert answer.status_code == 303
    told = words(client.get(answer.headers["location"]).text)
    assert "Promoted. It is in force from the next night on. Take it back" in told
    page = words(client.get("/experiments").text)
    assert "severity/1 instead of value_at_risk/1" in page
    assert "it brings more" in page
    assert client.post("/experiments/by_severity/1/stop", data={"because": "x"}).status_code == 409
    told, shown = (taken_back_by(client.get(path).text) for path in ("/experiments/by_severity/1", "/experiments"))
    assert told == shown == {"promoted": "severity/1", "before": "value_at_risk/1"}
    for other in ({}, {**told, "promoted": "propensity/1"}, {**told, "before": "severity/1"}):
        answer = client.post("/experiments/roll-back", data={"because": "the summer was odd", **other})
        said = html.unescape(words(answer.text))
        assert (answer.status_code, "what stands is severity/1 instead of value_at_risk/1" in said) == (409, True)
    assert "In force: severity/1" in words(client.get("/experiments").text)
    back = client.post("/experiments/roll-back", data={"because": "the summer was odd", **told})
    page = client.get(back.headers["location"]).text
    assert "Taken back. value_at_risk/1 is in force" in words(page).replace("  ", " ")
    assert "/experiments/roll-back" not in page, "one step, once"
    again = client.post("/experiments/roll-back", data={"because": "the summer was odd", **told})
    assert (again.status_code, "taken back already" in again.text) == (409, True)
    told = words(client.get("/experiments/by_severity/1").text)
    assert "Promotion taken back" in told
    assert told.index("Promoted") < told.index("it brings more") < told.index("The rule said: promote it")


def test_a_second_click_takes_no_older_promotion_back(client, served):
    with served.engine.begin() as connection:
        for label in ("severity/1", "propensity/1"):
            in_force.promote(connection, label, because="to be taken back", **BY)
    told = taken_back_by(client.get("/experiments").text)
    assert told == {"promoted": "propensity/1", "before": "severity/1"}
    clicks = [client.post("/experiments/roll-back", data={"because": "odd", **told}).status_code for _ in range(2)]
    assert clicks == [303, 409]
    assert "In force: severity/1" in words(client.get("/experiments").text)
    with served.engine.begin() as connection:
        in_force.promote(connection, "value_at_risk/1", because="as it was before this proof", **BY)


def test_a_test_is_stopped_with_a_reason_for_good(client, served):
    answer = client.post("/experiments/even_handed/1/stop", data={"because": "the client left"})
    told = words(client.get(answer.headers["location"]).text)
    assert "Stopped by hand" in told
    assert "the client left" in told
    assert "From 3 Oct 2005 on nobody is worked by it" in told
    trail = client.get("/v1/audit?did=experiment.stopped").json()["lines"]
    assert [line["subject"] for line in trail] == ["even_handed/1"]
