"""The API's answers: scores that add up, lists that page, failures that say what to do and repeat nothing."""

import math

import pytest

from serving.problems import MEDIA_TYPE, TITLES
from tests.served import FEATURES


@pytest.fixture(scope="module")
def api(served):
    with served.client() as client:
        yield client


@pytest.fixture(scope="module")
def accounts(api):
    """The first account of every bucket in the queue."""
    rows = [api.get("/v1/queues/pay/items", params={"bucket": each, "limit": 1}).json()["items"] for each in BUCKETS]
    return [row["lead_account_id"] for (row,) in rows]


BUCKETS = ("1-29", "30-59", "60-89", "90-119", "180+")


def scored(api, accounts, **more):
    answer = api.post("/v1/score", json={"accounts": accounts, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_scores_are_those_that_the_night_recorded(api, accounts):
    for found in scored(api, accounts)["accounts"]:
        judged = api.get(f"/v1/accounts/{found['account_id']}").json()
        assert found["propensity"]["answer"] == pytest.approx(judged["propensity"], abs=2e-5)
        if judged["p_roll"] is None:
            assert found["roll"] is None
        else:
            assert found["roll"]["answer"] == pytest.approx(judged["p_roll"], abs=2e-5)


def test_base_and_contributions_sum_to_the_margin(api, accounts):
    for found in scored(api, accounts)["accounts"]:
        for told in filter(None, (found["propensity"], found["roll"])):
            assert math.isclose(told["base"] + sum(told["contributions"].values()), told["margin"], abs_tol=2e-5)
            assert len(told["reasons"]) <= 4


def test_scores_name_the_model_that_gave_them(api, accounts, served):
    (found,) = scored(api, accounts[:1])["accounts"]
    version = served.registry.champion_version("propensity")
    assert found["propensity"]["model"] == f"propensity/{version}"
    assert found["propensity"]["scored_by"] == "models"
    assert found["propensity"]["booster"] == "propensity"


def test_the_oldest_bucket_has_no_chance_to_roll(api, accounts):
    found = scored(api, accounts)["accounts"][-1]
    assert (found["bucket"], found["roll"]) == ("180+", None)


def test_fresh_scores_come_from_current_events(api, accounts):
    stored, fresh = scored(api, accounts[:1]), scored(api, accounts[:1], fresh=True)
    assert (stored["accounts"][0]["as_of"], fresh["accounts"][0]["as_of"]) == ("2005-09-30", "2005-10-03")
    assert fresh["accounts"][0]["propensity"]["scored_by"] == "models"


def test_a_current_account_can_be_scored_fresh_but_no_night_judged_it(api):
    assert scored(api, ["A00003"]) | {"unknown": 1, "accounts": []} == scored(api, ["A00003"])
    (found,) = scored(api, ["A00003"], fresh=True)["accounts"]
    assert found["bucket"] == "CURRENT"
    assert found["roll"]["booster"] == "worse_than_current"


def test_many_accounts_are_answered_in_the_order_asked(api, accounts):
    wanted = list(reversed(accounts))
    assert [each["account_id"] for each in scored(api, wanted)["accounts"]] == wanted


def test_queues_say_what_is_ready(api):
    told = api.get("/v1/queues").json()
    assert told["night"]["served"] == 5_129
    assert told["night"]["held_by_reason"] == {"nothing_owed": 1_689}
    assert [(each["queue"], each["currency"], each["ready"]) for each in told["queues"]] == [("pay", "TWD", 5_129)]


def test_pages_cover_the_queue_once_each(api):
    ranks, after = [], None
    while True:
        told = api.get("/v1/queues/pay/items", params={"limit": 500, **({"after": after} if after else {})}).json()
        ranks += [item["rank"] for item in told["items"]]
        after = told["after"]
        if after is None:
            break
    assert ranks == list(range(1, 5_130))


def test_items_are_filtered_and_sorted(api):
    asked = {"bucket": "60-89", "sort": "balance", "descending": True, "limit": 20}
    items = api.get("/v1/queues/pay/items", params=asked).json()["items"]
    balances = [item["balance_minor"] for item in items]
    assert {item["bucket"] for item in items} == {"60-89"}
    assert balances == sorted(balances, reverse=True)


def test_an_item_carries_what_a_replay_needs(api):
    (item,) = api.get("/v1/queues/pay/items", params={"limit": 1}).json()["items"]
    for name in ("as_of", "propensity_model", "roll_rate_model", "strategy", "feature_fingerprint", "verdict"):
        assert item[name]
    assert 0.98 < item["chosen_with_probability"] < 1, "first in its list, or in the random slice"
    assert item["arm"] is None
    assert item["reasons"]


def test_why_gives_scores_terms_and_holds(api, accounts):
    told = api.get(f"/v1/accounts/{accounts[0]}/why").json()
    assert told["account"]["verdict"] == "allowed"
    assert {"p_roll", "exposure_minor", "value_minor"} <= {term["name"] for term in told["terms"]}
    assert told["scores"]["propensity"]["reasons"]


def test_why_judges_anew_by_channel(api, accounts):
    told = api.get(f"/v1/accounts/{accounts[0]}/why").json()["now"]
    call = next(each for each in told if each["channel"] == "call")
    assert (call["verdict"], call["holds"]) == ("allowed", [])
    assert call["ways"][0]["allowed_until"] == "2005-10-03T13:00:00Z"  # nine in the evening in Taipei


def test_an_item_tells_its_ways_with_their_hours(api):
    item = api.get("/v1/queues/pay/items?limit=1").json()["items"][0]
    call = next(way for way in item["ways"] if way["channel"] == "call")
    assert (call["opens_at"], call["allowed_until"]) == ("2005-10-03T00:00:00Z", "2005-10-03T13:00:00Z")
    assert call["accounts"] == item["accounts"]


def test_a_held_account_says_why(api):
    told = api.get("/v1/accounts/A29999/why").json()
    held = [hold["code"] for each in told["now"] for hold in each["holds"]]
    assert "nothing_owed" in held
    assert (told["account"]["verdict"], told["account"]["rank"]) == ("held", None)
    assert [hold["code"] for hold in told["holds"]] == ["nothing_owed"]


def test_models_tell_versions_and_verdicts(api):
    told = api.get("/v1/models").json()
    assert told["trouble"] is None
    (propensity,) = [each for each in told["models"] if each["name"] == "propensity"]
    champion = [each for each in propensity["versions"] if "champion" in each["aliases"]]
    assert [each["version"] for each in champion] == [propensity["serving"]]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/v1/accounts/S3CRET", None, 404),
        ("GET", "/v1/accounts/S3CRET/why", None, 404),
        ("GET", "/v1/queues/S3CRET/items", None, 404),
        ("GET", "/v1/S3CRET", None, 404),
        ("GET", "/v1/accounts/S3CRET%0A", None, 404),
        ("DELETE", "/v1/queues", None, 405),
        ("GET", "/v1/queues/pay/items?sort=S3CRET", None, 422),
        ("GET", "/v1/queues/pay/items?after=S3CRET", None, 422),
        ("GET", "/v1/queues/pay/items?rolls_by=S3CRET", None, 422),
        ("POST", "/v1/score", {"accounts": []}, 422),
        ("POST", "/v1/score", {"accounts": "S3CRET"}, 422),
        ("POST", "/v1/score", {"accounts": ["A00014"], "S3CRET": 1}, 422),
        ("POST", "/v1/score", {"accounts": ["S3CRET" * 99]}, 422),
        ("POST", "/v1/score", {"accounts": ["A\x00S3CRET"]}, 422),
        ("POST", "/v1/score", {"accounts": [f"S3CRET{n}" for n in range(11)], "fresh": True}, 413),
    ],
)
def test_failures_are_problems_that_repeat_nothing(api, method, path, sent, status):
    answer = api.request(method, path, json=sent) if sent is not None else api.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    told = answer.json()
    assert told["status"] == status
    assert told["type"].removeprefix("urn:arrears:problem:") in TITLES
    assert "S3CRET" not in answer.text


def test_a_body_that_is_no_json_is_a_problem(api):
    answer = api.post("/v1/score", content=b'{"accounts": [S3CRET', headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert "S3CRET" not in answer.text


def test_the_small_models_read_features_of_the_demo(api, accounts):
    assert FEATURES
    assert scored(api, accounts[:1])["degraded_because"] is None
