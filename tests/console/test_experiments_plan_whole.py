"""Nothing of a plan is lost on its way through the console: not by what the form offers, and not by a refusal."""

import html
import re
import tomllib

import pytest

from arrears.experiments import records
from arrears.experiments.as_toml import as_toml
from tests.console.as_sent import fields_of
from tests.experiments.designs import changed

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
        return found, [] if found is None else records.acts(connection, found.experiment_id)


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
