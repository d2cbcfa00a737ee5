"""A test is planned, changed and started in the console and under /v1, and the shares change by a successor."""

import html
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from arrears.clock import SystemClock
from arrears.experiments import history, records
from arrears.experiments.design import read_design
from serving.console.experiments_form import typed_of
from serving.people import access
from serving.people.people import add_person
from tests.console.axe import violations

HTML = {"Accept": "text/html"}
TYPED = {
    "name": "by_the_worst",
    "sentence": "The worst and largest first: is more paid within a month?",
    "arm": ["champion", "challenger"],
    "follows": ["value_at_risk/1", "severity/1"],
    "share": ["50", "50"],
    "buckets": ["1-29", "30-59", "60-89"],
    "currency": "TWD",
    "entry": "both",
    "strata": ["bucket"],
    "metric": "net_cash",
    "horizon": "30",
    "settlement": "5",
    "effect": "800",
    "cap": "50,000",
    "starts": "2005-10-10",
    "weeks": "8",
    "debtors": "",
    "pay_cycle": "14",
    "rail": ["complaints", ""],
    "margin": ["0.002", ""],
    "rail_horizon": ["14", ""],
    "rail_settlement": ["0", ""],
    "low": "0",
    "high": "100",
    "alpha": "5",
    "power": "80",
}


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        client.timeout = 120
        client.headers.update(HTML)
        yield client


@pytest.fixture
def clean(served):
    """No test on record runs into the next one."""
    yield
    with served.engine.begin() as connection:
        ended = {"ended_by": "stopped", "on": "2005-10-03"}
        connection.execute(
            text(
                "UPDATE experiments SET state = 'ended', ended_by = :ended_by, ended_on = :on WHERE state = 'running'"
            ),
            ended,
        )


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1]))


def typed(**other):
    return {**TYPED, **other}


def on_record(served, name):
    with served.engine.connect() as connection:
        found = records.find(connection, name)
        return found, [] if found is None else history.acts(connection, found.experiment_id)


def test_a_new_plan_begins_from_what_is_in_force_on_the_next_monday(client):
    page = client.get("/experiments/new").text
    assert re.search(r'value="value_at_risk/1" selected>value_at_risk/1 \(in force\)', page)
    assert 'value="model:propensity/1">propensity/1 (serves)' in page
    assert 'name="starts" type="date" value="2005-10-10"' in page
    assert 'value="TWD" selected' in page
    assert 'href="/experiments/new"' in client.get("/experiments").text


def test_what_it_can_find_is_told_from_the_books_past_and_nothing_is_kept(client, served):
    answer = client.post("/experiments/new", data=typed(then="see"))
    assert answer.status_code == 200, words(answer.text)
    told = words(answer.text)
    assert "What it can find" in told
    assert answer.text.count('aria-label="Chance to find an effect, by its size"') == 2
    assert re.search(r"as many as come in 8 weeks", told)
    assert "8, weekly, 20 Nov 2005 to 8 Jan 2006" in told
    assert re.search(r"Year-end holidays 15 Dec 2005", told)
    assert on_record(served, "by_the_worst")[0] is None
    text_of = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL).group(1)
    design = read_design(text_of.replace("&#34;", '"'))
    assert (design.primary.smallest_effect_minor, design.enrolment.debtors > 100) == (80_000.0, True)


@pytest.mark.parametrize(("debtors", "part"), [("", r"\d+"), ("200", r"\d\d+")])
def test_an_effect_that_nobody_names_is_one_that_the_test_can_find(client, debtors, part):
    answer = client.post("/experiments/new", data=typed(effect="", debtors=debtors, then="see"))
    told = words(answer.text)
    assert re.search(rf"{part} % of the [\d,.]+ TWD that a debtor brings, which so many debtors can find", told)
    assert 'id="fault-' not in answer.text


def test_what_may_be_left_empty_is_no_fault_beside_others(client):
    answer = client.post("/experiments/new", data=typed(weeks="many", effect="", debtors="", then="see"))
    assert re.findall(r'id="fault-(\w+)"', answer.text) == ["weeks"]


def test_what_is_too_small_is_refused_with_the_numbers_beside_the_field(client, served):
    answer = client.post("/experiments/new", data=typed(effect="100", debtors="200", then="keep"))
    assert answer.status_code == 422
    assert re.search(r'id="fault-effect">200 debtors find 100 TWD in \d+ % of tests, and 80 % are asked', answer.text)
    answer = client.post("/experiments/new", data=typed(debtors="900000", then="keep"))
    assert re.search(r'id="fault-debtors">Only about [\d,]+ debtors come in 8 weeks', answer.text)
    assert on_record(served, "by_the_worst")[0] is None


def test_errors_keep_what_was_typed(client):
    answer = client.post("/experiments/new", data=typed(weeks="many", sentence='<b>"odd"</b>', then="keep"))
    assert answer.status_code == 422
    assert 'id="fault-weeks">Write a number' in answer.text
    assert 'value="many"' in answer.text
    assert "&lt;b&gt;&#34;odd&#34;&lt;/b&gt;" in answer.text
    assert re.search(r'name="share"[^>]* value="50"', answer.text)


def test_a_metric_that_takes_longer_than_the_book_is_refused_in_words(client):
    answer = client.post("/experiments/new", data=typed(horizon="360", then="see"))
    assert answer.status_code == 422
    assert "Choose a shorter horizon" in words(answer.text)


def test_a_plan_is_kept_once_changed_until_it_is_started_and_then_never(client, served, clean):
    for _ in range(2):  # sent twice, kept once
        kept = client.post("/experiments/new", data=typed(then="keep"))
        assert kept.status_code == 303, words(kept.text)
        assert kept.headers["location"] == "/experiments/by_the_worst/1?done=kept"
    test, acts = on_record(served, "by_the_worst")
    assert [act.did for act in acts] == ["planned"]
    page = client.get(kept.headers["location"]).text
    assert "Kept. It can be changed until it is started." in words(page)
    assert "arrears evaluate-policy --strategy severity --currency TWD --horizon 30" in words(page)

    other = client.post("/experiments/new", data=typed(weeks="9", then="keep"))
    assert (other.status_code, "is on record, and says something else" in other.text) == (422, True)

    opened = client.get("/experiments/by_the_worst/1/edit").text
    assert "Change the plan" in words(opened)
    stood = re.search(r'name="stood" value="(\w+)"', opened).group(1)
    fields = {**typed_of(test.design).fields, "weeks": ["9"], "debtors": [""], "base": [""], "then": ["keep"]}
    changed = client.post("/experiments/by_the_worst/1/edit", data={**fields, "stood": stood})
    assert changed.status_code == 303, words(changed.text)
    assert on_record(served, "by_the_worst")[0].design.enrolment.weeks == 9
    late = client.post("/experiments/by_the_worst/1/edit", data={**fields, "weeks": ["10"], "stood": stood})
    assert (late.status_code, "changed this plan meanwhile" in late.text) == (422, True)

    empty = client.post("/experiments/by_the_worst/1/start", data={"because": " "})
    assert (empty.status_code, "No reason" in empty.text) == (422, True)
    for _ in range(2):  # sent twice, started once
        started = client.post("/experiments/by_the_worst/1/start", data={"because": "autumn is quiet"})
        assert started.status_code == 303, words(started.text)
    assert "Started. The night before 10 Oct 2005" in words(client.get(started.headers["location"]).text)
    assert [act.did for act in on_record(served, "by_the_worst")[1]] == ["planned", "planned", "started"]
    assert client.get("/experiments/by_the_worst/1/edit").status_code == 409
    assert client.post("/experiments/by_the_worst/1/edit", data=fields).status_code == 409
    trail = client.get("/v1/audit?did=experiment.started").json()["lines"]
    assert [line["subject"] for line in trail].count("by_the_worst/1") == 1

    successor = client.get("/experiments/new?follows=by_the_worst/1").text
    assert "Change the shares of by_the_worst/1" in words(successor)
    base = re.search(r'name="base" value="([^"]*)"', successor).group(1).replace("&#34;", '"')
    told = {**typed_of(read_design(base), base).fields, "share": ["40", "60"], "then": ["keep"]}
    refused = client.post("/experiments/new", data={**told, "debtors": ["5000"], "follows_test": "by_the_worst/1"})
    assert refused.status_code == 422
    assert re.search(r'id="fault-debtors">Only about [\d,]+ debtors come in', refused.text), (
        "who is held is no newcomer"
    )
    told |= {"debtors": [""]}
    kept = client.post("/experiments/new", data={**told, "follows_test": "by_the_worst/1"})
    assert kept.headers.get("location") == "/experiments/by_the_worst/2?done=kept", words(kept.text)
    follows = on_record(served, "by_the_worst")[0].design
    assert (follows.version, follows.predecessor, [arm.share for arm in follows.arms]) == (2, 1, [0.4, 0.6])
    assert follows.salt == test.design.salt


def test_a_plan_that_is_sent_many_times_at_once_is_kept_once(client, served):
    def send(_):
        return client.post("/experiments/new", data=typed(name="at_once", debtors="1500", then="keep")).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))) == [303] * 4
    assert [act.did for act in on_record(served, "at_once")[1]] == ["planned"]


def test_a_start_that_is_refused_says_why_and_keeps_the_reason(client, served):
    past = client.post("/experiments/new", data=typed(name="too_late", starts="2005-09-05", then="keep"))
    assert past.status_code == 303, words(past.text)
    assert "Its first day is 2005-09-05, and today is 2005-10-03" in words(client.get("/experiments/too_late/1").text)
    answer = client.post("/experiments/too_late/1/start", data={"because": "why <not>"})
    assert answer.status_code == 409
    assert "Its first day is 2005-09-05" in answer.text
    assert 'value="why &lt;not&gt;"' in answer.text
    assert on_record(served, "too_late")[0].state == "planned"


def test_too_few_collectors_for_staff_of_their_own_are_told_before_the_start(client):
    answer = client.post("/experiments/new", data=typed(debtors="1500", staff="separate", then="see"))
    assert re.search(r"could be kept, and not started\. .*champion \d+, challenger \d+", words(answer.text))
    assert "not started" not in words(client.post("/experiments/new", data=typed(debtors="1500", then="see")).text)


def test_a_design_goes_out_and_comes_back_as_a_file(client, served):
    file = client.post("/experiments/new", data=typed(name="from_a_file", debtors="1500", then="file"))
    assert file.headers["content-disposition"] == 'attachment; filename="from_a_file-1.toml"'
    assert tomllib.loads(file.text)["primary"]["cap_minor"] == 5_000_000
    back = client.post("/experiments/new", data={"then": "see", "text": ""}, files={"file": ("d.toml", file.text)})
    assert 'name="name" type="text" value="from_a_file"' in back.text
    assert 'name="cap" type="text" value="50000"' in back.text
    kept = client.post("/experiments/new", data={"then": "keep", "text": file.text})
    assert kept.status_code == 303, words(kept.text)
    assert client.get("/experiments/from_a_file/1/design.toml").text == file.text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("name = ", "no TOML"),
        ('name = "a"', "sentence: missing"),
        ("", "nothing is written there"),
        ("x" * 100_001, None),
    ],
    ids=["no TOML", "half a design", "nothing", "far too long"],
)
def test_a_text_that_is_no_design_is_told_and_kept(client, written, said):
    answer = client.post("/experiments/new", data={"then": "see", "text": written})
    assert answer.status_code == (422 if said else 413)
    if said:
        assert said in words(answer.text)
        assert re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL).group(1) == html.escape(
            written
        ).replace("&quot;", "&#34;")


def test_who_may_look_may_neither_plan_nor_start(served, client):
    now = SystemClock().now()
    for role, looks in {"auditor": 200, "scientist": 200, "collector": 403}.items():
        own = {"collector_id": "C14"} if role == "collector" else {}
        add_person(served.engine, f"{role} of plans", role, who="test", now=now, **own)
        key = access.new_key(served.engine, now=now, person=f"{role} of plans")
        headers = HTML | {"Authorization": f"Bearer {key}"}
        listed = client.get("/experiments", headers=headers)
        assert (listed.status_code, 'href="/experiments/new"' in listed.text) == (looks, False)
        for path, data in (
            ("/experiments/new", typed(name="not_mine", then="keep")),
            ("/experiments/too_late/1/start", {"because": "x"}),
        ):
            assert client.post(path, data=data, headers=headers).status_code == 403
    add_person(served.engine, "strategist of plans", "strategist", who="test", now=now)
    key = access.new_key(served.engine, now=now, person="strategist of plans")
    headers = HTML | {"Authorization": f"Bearer {key}"}
    seen = client.post("/experiments/new", data=typed(name="mine", then="keep"), headers=headers)
    assert seen.status_code == 303


def test_programs_plan_keep_and_start(client, served, clean):
    design = tomllib.loads(client.post("/experiments/new", data=typed(name="by_program", then="file")).text)
    design["enrolment"]["starts"] = design["enrolment"]["starts"].isoformat()
    program = {"headers": {"Accept": "application/json"}}
    seen = client.post("/v1/experiments", json={"design": design}, **program)
    assert (seen.status_code, seen.json()["experiment_id"]) == (200, None)
    assert seen.json()["plan"]["plan"]["power"] > 0.5
    assert on_record(served, "by_program")[0] is None
    kept = [client.post("/v1/experiments", json={"design": design, "keep": True}, **program) for _ in range(2)]
    assert [each.status_code for each in kept] == [200, 200], kept[0].text
    assert kept[0].json()["experiment_id"] == kept[1].json()["experiment_id"] is not None
    no_reason = client.post("/v1/experiments/by_program/start", json={"because": ""}, **program)
    assert no_reason.status_code == 422
    begun = client.post("/v1/experiments/by_program/start", json={"because": "now"}, **program)
    assert (begun.status_code, begun.json()["state"]) == (200, "running"), begun.text
    assert client.post("/v1/experiments/by_program/start", json={"because": "now"}, **program).status_code == 409
    assert client.post("/v1/experiments/nobody/start", json={"because": "now"}, **program).status_code == 404


@pytest.mark.parametrize(
    "design",
    [
        {},
        {"name": 3},
        {"name": "a", "enrolment": {"starts": "9999-12-30", "weeks": 9, "debtors": 10}},
        {"name": "a", "arms": "many"},
    ],
)
def test_a_design_that_is_none_is_a_problem_and_no_failure(client, design):
    answer = client.post("/v1/experiments", json={"design": design}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_what_does_not_exist_is_not_found(client):
    for path in ("/experiments/nothing/1/edit", "/experiments/nothing/1/design.toml"):
        assert client.get(path).status_code == 404
    assert client.get("/experiments/new?follows=nothing/1").status_code == 404
    assert client.get("/experiments/new?follows=../x").status_code == 422
    assert client.post("/experiments/nothing/1/start", data={"because": "x"}).status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "dark", "script"), [(1280, False, True), (360, True, False)], ids=["wide-light", "narrow-dark-scriptless"]
)
def test_a_test_is_planned_in_the_browser(look, client, width, dark, script, tmp_path):
    window = look(width, dark=dark, script=script)
    window.open("/experiments/new")
    page = window.page
    page.screenshot(path=tmp_path / f"new-{width}.png", full_page=True)
    assert window.overflow() <= 0
    page.get_by_label("Name", exact=True).fill(f"seen_at_{width}")
    page.get_by_label("In a sentence").fill("The worst first: is more paid?")
    page.get_by_label("Challenger: works by").select_option("severity/1")
    page.get_by_label("Worth finding").fill("10")
    page.get_by_role("button", name="See what it can find").last.click()
    page.wait_for_selector(".fault")
    page.screenshot(path=tmp_path / f"wrong-{width}.png", full_page=True)
    assert window.overflow() <= 0
    assert page.get_by_label("In a sentence").input_value() == "The worst first: is more paid?"
    page.get_by_label("Worth finding").fill("4000")
    page.get_by_role("button", name="See what it can find").last.click()
    page.wait_for_selector("#found")
    page.screenshot(path=tmp_path / f"seen-{width}.png", full_page=True)
    assert window.overflow() <= 0
    if script:
        assert violations(page) == []
    page.get_by_role("button", name="Keep the plan").click()
    page.wait_for_url(f"**/experiments/seen_at_{width}/1?done=kept")
    page.screenshot(path=tmp_path / f"kept-{width}.png", full_page=True)
    assert window.overflow() <= 0
    if script:
        assert violations(page) == []
    wrong = [each for each in window.errors if "422" not in each]
    assert wrong == []
