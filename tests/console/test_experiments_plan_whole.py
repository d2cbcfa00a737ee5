"""Nothing of a plan is lost on its way through the console: not by what the form offers, and not by a refusal."""

import html
import re
import tomllib
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from arrears.experiments import history, life, records
from arrears.experiments.as_toml import as_toml
from tests.console.as_sent import fields_of
from tests.experiments.designs import changed

NOW = datetime(2005, 10, 3, 4, tzinfo=UTC)
HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
ARMS = [
    {"name": "champion", "role": "champion", "share": 0.5, "strategy": "value_at_risk/1"},
    {"name": "challenger", "role": "challenger", "share": 0.5, "strategy": "severity/1"},
]
COHORT = {"currency": "TWD", "buckets": ["1-29", "30-59", "60-89"], "balance_bands_minor": []}
LONGER_THAN_THE_BOOK = {"horizon_days": 360, "smallest_effect_minor": 80_000.0, "cap_minor": 5_000_000}
"""So that nothing is read to work the plan out."""

PRIMARY = {"smallest_effect_minor": 80_000.0, "cap_minor": 5_000_000}
ENROLMENT = {"starts": "2005-10-10", "weeks": 8, "debtors": 1500}


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        client.timeout = 120
        client.headers.update(HTML)
        yield client


def design(**parts):
    """A design that the demo's book can tell of."""
    whole = {"name": "whole", "salt": "by lot", "arms": ARMS, "cohort": COHORT, "primary": PRIMARY}
    own = {"enrolment": ENROLMENT, "strata": ["bucket"], "exclusion": None, "predecessor": None}
    return changed(**whole | own | parts)


def sent(client, text, path="/experiments/new", **other):
    return client.post(path, data={"then": "see", "text": text, **other})


def words(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1])))


def program(client, path, **told):
    return client.post(path, json=told, headers=JSON)


def on_record(served, name, version=None):
    with served.engine.connect() as connection:
        found = records.find(connection, name, version)
        return found, [] if found is None else history.acts(connection, found.experiment_id)


def rail(metric, **other):
    return {"metric": metric, "margin": 0.5, "horizon_days": 14, **other}


def arms(count):
    share = round(1 / count, 4)
    others = [ARMS[1] | {"name": f"arm_{number}", "share": share} for number in range(1, count)]
    return [ARMS[0] | {"share": round(1 - share * (count - 1), 4)}, *others]


MODELS = [
    {"name": "champion", "role": "champion", "share": 0.5, "model": "propensity/1"},
    {"name": "challenger", "role": "challenger", "share": 0.5, "model": "propensity/7"},
]
GAPS = [rail("fairness_gap", protected={"attribute": "sex", "group": f"group {number}"}) for number in range(5)]
RAILS = [rail(name) for name in ("complaints", "contacts", "minutes", "holds_hit", "broken_promises")]


@pytest.mark.parametrize(
    "parts",
    [
        {"guardrails": [rail("net_cash", margin=12_345.0), rail("cash_per_minute")]},
        {"guardrails": [*RAILS, *GAPS]},
        {"arms": arms(9)},
        {"arms": MODELS},
        {"cohort": COHORT | {"clients": ["Smith, Sons", "bank"]}},
        {"cohort": COHORT | {"buckets": ["1-29", "CURRENT"]}},
        {"covariates": [{"name": "days_known", "scale": 10}]},
        {"secondary": ["fairness_gap"]},
        {"stop": {"spending": "pocock"}},
    ],
    ids=["money", "ten guardrails", "nine arms", "models", "comma", "current", "covariate", "secondary", "stop"],
)
def test_a_text_that_comes_back_through_the_form_is_the_same_text(client, parts):
    text = as_toml(design(primary=LONGER_THAN_THE_BOOK, **parts))
    page = sent(client, text).text
    back = client.post("/experiments/new", data={**fields_of(page), "then": "file"})
    assert back.headers["content-type"].startswith("text/plain"), words(back.text)
    assert tomllib.loads(back.text) == tomllib.loads(text)


def test_a_seventh_arm_can_be_typed(client):
    page = sent(client, as_toml(design(primary=LONGER_THAN_THE_BOOK, arms=arms(6)))).text
    assert len(fields_of(page)["share"]) == 7


def test_a_refusal_to_keep_stands_on_the_page_and_what_was_typed_stays(client, served):
    text = as_toml(design(name="follows_nobody", version=2, predecessor=1))
    answer = client.post("/experiments/new", data={"then": "keep", "text": text})
    assert answer.status_code == 422
    assert "version 1, which it follows, is not on record" in words(answer.text).lower()
    assert fields_of(answer.text)["name"] == ["follows_nobody"]
    assert "predecessor = 1" in html.unescape(answer.text)
    again = client.post("/experiments/new", data={**fields_of(answer.text), "then": "keep"})
    assert (again.status_code, fields_of(again.text)["name"]) == (422, ["follows_nobody"])
    assert on_record(served, "follows_nobody")[0] is None


def test_a_text_that_cannot_be_read_leaves_the_form_of_the_opened_plan(client):
    kept = program(client, "/v1/experiments", design=design(name="opened").document(), keep=True)
    assert kept.status_code == 200, kept.text
    stood = fields_of(client.get("/experiments/opened/1/edit").text)
    answer = sent(client, "name = ", "/experiments/opened/1/edit", stood=stood["stood"][0])
    assert answer.status_code == 422
    assert fields_of(answer.text) == stood
    assert ">name = </textarea>" in answer.text


def test_whatever_would_refuse_the_start_is_told_before_and_all_of_it(client):
    strange = [ARMS[0] | {"strategy": "severity/1"}, ARMS[1] | {"strategy": "value_at_risk/1"}]
    late = ENROLMENT | {"starts": "2005-09-05"}
    seen = program(client, "/v1/experiments", design=design(arms=strange, enrolment=late).document())
    (first, second) = seen.json()["hindrances"]
    assert ("2005-09-05" in first, "in force is value_at_risk/1" in second) == (True, True)
    absent = program(client, "/v1/experiments", design=design(name="absent", arms=MODELS).document(), keep=True)
    assert absent.status_code == 200, absent.text
    (hindrance,) = absent.json()["hindrances"]
    assert "propensity/7" in hindrance
    neither = [MODELS[0] | {"model": "propensity/9"}, MODELS[1]]
    seen = program(client, "/v1/experiments", design=design(name="absent", arms=neither).document())
    told = [re.findall(r"propensity/\d", each)[0] for each in seen.json()["hindrances"]]
    assert told == ["propensity/9", "propensity/9", "propensity/7"]
    begun = program(client, "/v1/experiments/absent/start", because="try")
    assert begun.status_code == 409
    assert begun.json()["detail"].split(". ")[0].lower().removeprefix("found ") in hindrance.lower()
    assert hindrance in words(client.get("/experiments/absent/1").text)


@pytest.mark.parametrize("strategy", ["luck/1", "severity/7"])
def test_a_strategy_that_is_not_at_hand_is_refused_when_it_is_planned(client, served, strategy):
    own = design(name="no_such", arms=[ARMS[0], ARMS[1] | {"strategy": strategy}])
    answer = program(client, "/v1/experiments", design=own.document(), keep=True)
    assert answer.status_code in (409, 422)
    assert "the arm challenger" in answer.json()["detail"].lower()
    typed = client.post("/experiments/new", data={"then": "keep", "text": as_toml(own)})
    assert (typed.status_code, "he arm challenger" in typed.text) == (422, True)
    assert on_record(served, "no_such")[0] is None


def test_a_plan_is_replaced_only_by_whoever_saw_it(client, served):
    first = design(name="replaced").document()
    known = program(client, "/v1/experiments", design=first, keep=True).json()
    other = design(name="replaced", enrolment=ENROLMENT | {"weeks": 9}).document()
    blind = program(client, "/v1/experiments", design=other, keep=True)
    assert (blind.status_code, "says something else" in blind.json()["detail"]) == (409, True)
    of_before = program(client, "/v1/experiments", design=other, keep=True, stood="0" * 16)
    assert of_before.status_code == 409
    stood = client.get(f"/v1/experiments/{known['experiment_id']}", headers=JSON).json()["fingerprint"]
    assert stood == known["plan"]["fingerprint"]
    seen = program(client, "/v1/experiments", design=other, keep=True, stood=stood)
    assert (seen.status_code, seen.json()["experiment_id"]) == (200, known["experiment_id"])
    assert on_record(served, "replaced")[0].design.enrolment.weeks == 9
    again = program(client, "/v1/experiments", design=other, keep=True, stood=stood)
    assert again.status_code == 200, "the same design again is kept already"
    assert [act.did for act in on_record(served, "replaced")[1]] == ["planned", "planned"]


def test_a_plan_with_the_logs_word_that_is_sent_again_is_kept_once(client, served):
    own = design(name="logged")
    program(client, "/v1/experiments", design=own.document(), keep=True)
    before = on_record(served, "logged")[1][-1]
    said = {**before.evidence, "logged": [{"arm": "challenger", "said": "It brings more."}]}
    with served.engine.begin() as connection:
        life.plan(connection, own, at=before.at, by="a command", evidence=said)
    assert program(client, "/v1/experiments", design=own.document(), keep=True).status_code == 200
    acts = on_record(served, "logged")[1]
    assert [act.evidence.get("logged") for act in acts] == [None, said["logged"]]


@pytest.mark.parametrize("how", ["a program", "the page"])
def test_a_plan_that_is_kept_again_says_what_can_be_found_by_now(client, served, how):
    own = design(name="renewed_by_" + how.split()[1])

    def keep():
        if how == "a program":
            return program(client, "/v1/experiments", design=own.document(), keep=True).status_code
        return client.post("/experiments/new", data={"then": "keep", "text": as_toml(own)}).status_code

    keep()
    by_now = on_record(served, own.name)[1][-1]
    with served.engine.begin() as connection:
        old = {**by_now.evidence, "will_come": 7}
        life.plan(connection, own, at=by_now.at, by="earlier", evidence=old)
    for _ in range(2):
        assert keep() in (200, 303)
    acts = on_record(served, own.name)[1]
    assert [act.evidence["will_come"] for act in acts] == [
        by_now.evidence["will_come"],
        7,
        acts[0].evidence["will_come"],
    ]
    assert acts[-1].evidence == by_now.evidence


def test_a_plan_whose_debtors_another_version_holds_by_now_is_refused_when_it_is_kept_again(client, served):
    own = design(name="held_meanwhile", enrolment=ENROLMENT | {"debtors": 5_000})
    asked = {"design": own.document(), "keep": True}
    assert program(client, "/v1/experiments", **asked).status_code == 200
    alone = {"group": "held meanwhile", "low": 0.0, "high": 1.0}
    other = design(name=own.name, version=2, exclusion=alone, enrolment=ENROLMENT | {"starts": "2005-10-03"})
    with served.engine.begin() as connection:
        begun = life.plan(connection, other, evidence={}, at=NOW, by="Ines")
        sql = "UPDATE experiments SET state = 'running', started_on = '2005-10-03' WHERE experiment_id = :begun"
        connection.execute(text(sql), {"begun": begun})
    try:
        again = program(client, "/v1/experiments", **asked)
        assert (again.status_code, "come in over 8 weeks" in again.json()["detail"]) == (409, True), again.text
    finally:
        with served.engine.begin() as connection:
            sql = "UPDATE experiments SET state = 'ended', ended_by = 'stopped' WHERE experiment_id = :begun"
            connection.execute(text(sql), {"begun": begun})
    assert [act.did for act in on_record(served, own.name, 1)[1]] == ["planned"]


def test_a_design_too_small_is_worked_out_and_not_kept(client, served):
    small = design(name="small", enrolment=ENROLMENT | {"debtors": 20}).document()
    seen = program(client, "/v1/experiments", design=small)
    assert (seen.status_code, seen.json()["plan"]["enough"]) == (200, False)
    assert program(client, "/v1/experiments", design=small, keep=True).status_code == 409
    assert on_record(served, "small")[0] is None


def test_a_test_that_has_ended_is_not_said_to_have_started(client, served):
    assert program(client, "/v1/experiments", design=design(name="over").document(), keep=True).status_code == 200
    started = client.post("/experiments/over/1/start", data={"because": "autumn"})
    assert started.headers["location"] == "/experiments/over/1?done=started", words(started.text)
    twice = client.post("/experiments/over/1/start", data={"because": "autumn"})
    assert twice.headers["location"] == "/experiments/over/1?done=started"
    test, (_, begun) = on_record(served, "over")
    told = {"at": begun.at, "by": begun.by, "because": "enough", "evidence": {}}
    with served.engine.begin() as connection:
        life.end(connection, test, ended_by="stopped", on=test.design.enrolment.starts, **told)
    answer = client.post("/experiments/over/1/start", data={"because": "once more"})
    assert (answer.status_code, "It has ended" in words(answer.text)) == (409, True)


NUL = "why\x00not"


@pytest.mark.parametrize("act", ["start", "stop", "promote"])
def test_a_reason_that_no_record_can_hold_is_refused(client, act):
    program(client, "/v1/experiments", design=design(name="reasons").document(), keep=True)
    assert client.post(f"/experiments/reasons/1/{act}", data={"because": NUL}).status_code == 422


def test_what_no_record_can_hold_is_refused_of_programs_too(client):
    assert program(client, "/v1/experiments/reasons/start", because=NUL).status_code == 422
    assert client.post("/experiments/roll-back", data={"because": NUL}).status_code == 422
    far = design().document() | {"version": 10**12}
    assert program(client, "/v1/experiments", design=far, keep=True).status_code == 422
    assert program(client, "/v1/experiments", design=far | {"version": 2**31}).status_code == 422


@pytest.mark.parametrize("label", ["x/²", "x/99999999999999", "x\x00/1", "x/1\x00", "x", "/1", "x/0"])
def test_a_label_that_is_none_is_not_found(client, label):
    answer = client.post("/experiments/new", data={"then": "see", "text": "", "follows_test": label})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("name", "value"), [("buckets", "late"), ("strata", "colour"), ("secondary", "luck"), ("covariates", "Age!")]
)
def test_what_is_wrong_with_a_choice_of_several_is_told_of_all_of_them(client, name, value):
    own = fields_of(sent(client, as_toml(design(primary=LONGER_THAN_THE_BOOK))).text)
    page = client.post("/experiments/new", data={**own, name: [value], "then": "see"}).text
    (group,) = re.findall(rf'<fieldset class="choices" aria-describedby="fault-{name}">.*?</fieldset>', page, re.DOTALL)
    assert re.search(r"<legend>[^<]+</legend>", group)
    assert f'id="fault-{name}"' in group
    assert group.count('type="checkbox"') == group.count('aria-invalid="true"') > 1
    assert re.search(rf'value="{value}" checked', group), "what was sent stays"


@pytest.mark.browser
def test_the_page_goes_to_the_choice_that_is_wrong(look, client):
    window = look(1280)
    window.open("/experiments/new")
    page = window.page
    page.get_by_label("Name", exact=True).fill("nobody_chosen")
    page.get_by_label("In a sentence").fill("Nobody is called: is less paid?")
    page.get_by_label("Challenger: works by").select_option("severity/1")
    while page.locator("input[name=buckets]:checked").count():
        page.locator("input[name=buckets]:checked").first.uncheck()
    page.get_by_role("button", name="See what it can find").last.click()
    page.wait_for_selector("#fault-buckets")
    assert page.evaluate("document.activeElement.name") == "buckets"
    assert page.get_by_role("group", name="Buckets in which their accounts are").count() == 1
