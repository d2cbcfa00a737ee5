"""Who gets in: nobody without signing in, no form of another site, and nobody but the service to the scoring calls."""

import httpx
import pytest

from serving.problems import MEDIA_TYPE
from serving.scores.explained import SCORING_CALL

PAGES = ("/", "/queues", "/queues/export.csv", "/debtors/D00014", "/portfolio", "/models", "/find?id=A00014")
BEHIND = ("/static/console.css", "/metrics", "/livez", "/docs.json", "/schema.json", "/nowhere")
API = ("/v1/openapi.json", "/v1/queues", "/v1/queues/pay/items", "/v1/accounts/A00014", "/v1/models")


@pytest.fixture(scope="module")
def stranger(served):
    with httpx.Client(base_url=served.address) as client:
        yield client


@pytest.fixture(scope="module")
def known(served):
    with served.client() as client:
        yield client


@pytest.fixture
def signed_in(served):
    with httpx.Client(base_url=served.address) as client:
        assert client.get(served.new_link()).status_code == 303
        yield client


@pytest.mark.parametrize("path", [*PAGES, *BEHIND, *API])
def test_nothing_is_open_without_signing_in(stranger, path):
    answer = stranger.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (401, MEDIA_TYPE)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_health_is_open(stranger, path):
    assert stranger.get(path).status_code == 200


def test_the_scoring_call_answers_nobody_outside(known, stranger):
    for client in (known, stranger):
        assert client.post(SCORING_CALL, json={"rows": [["secret"]]}).status_code == 404


def test_a_made_up_key_opens_nothing(stranger):
    for header in ("Bearer nonsense", "Bearer", "Basic bWU6bWU=", "Bearer " + "x" * 4000):
        assert stranger.get("/v1/queues", headers={"Authorization": header}).status_code == 401


def test_a_link_is_spent_by_its_first_use(served, stranger):
    link = served.new_link()
    assert stranger.get(link).status_code == 303
    stranger.cookies.clear()
    again = stranger.get(link)
    assert (again.status_code, "set-cookie" in again.headers) == (410, False)
    assert "--new-link" in again.text


def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(served, stranger):
    cookie = stranger.get(served.new_link()).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=43200" in cookie
    stranger.cookies.clear()


def test_forms_of_other_sites_are_refused(signed_in):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {}):
        answer = signed_in.post("/v1/score", json={"accounts": ["A00014"]}, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:arrears:problem:other-site")


def test_our_own_forms_are_taken(signed_in):
    own = f"{signed_in.base_url.scheme}://{signed_in.base_url.host}:{signed_in.base_url.port}"
    for headers in ({"Origin": own}, {"Sec-Fetch-Site": "same-origin"}):
        assert signed_in.post("/v1/score", json={"accounts": ["A00014"]}, headers=headers).status_code == 200


def test_signing_out_ends_the_session_for_good(signed_in):
    stolen = dict(signed_in.cookies)
    signed_in.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    signed_in.cookies.update(stolen)
    assert signed_in.get("/").status_code == 401


@pytest.mark.parametrize("path", ["/", "/v1/queues", "/healthz", "/nowhere", "/static/console.css"])
def test_every_answer_carries_the_protecting_headers(known, path):
    headers = known.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


def test_nothing_of_a_debtor_is_kept_by_browsers(known):
    for path in ("/", "/queues", "/debtors/D00014", "/v1/accounts/A00014"):
        assert known.get(path).headers["cache-control"] == "no-store"


def test_metrics_count_without_ids(known):
    known.get("/debtors/D00014")
    known.get("/v1/accounts/A00014")
    known.get("/made/up/address")
    told = known.get("/metrics").text
    assert 'endpoint="/debtors"' in told
    assert 'endpoint="/other"' in told
    for secret in ("D00014", "A00014", "made"):
        assert secret not in told


def test_the_log_names_routes_and_no_ids(served, known):
    known.get("/debtors/D00014")
    known.get("/v1/accounts/A00014/why")
    known.get("/find?id=A00014")
    told = served.log.read_text()
    assert "route=/debtors/{debtor_id} status=200" in told
    for secret in ("D00014", "A00014", "token=", "Bearer"):
        assert secret not in told


def test_nobody_traces_what_nobody_collects():
    from serving.service import arrears

    traced = [each.cls.__module__ for each in arrears.to_asgi().app.user_middleware]
    assert "serving.people.door" in traced
    assert not any(name.startswith("opentelemetry") for name in traced)
