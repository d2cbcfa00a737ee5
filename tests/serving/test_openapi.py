"""Every answer of the API keeps the contract that /v1/openapi.json gives, whatever is sent."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.api.application import make_app
from serving.problems import TITLES

SCHEMA = schemathesis.openapi.from_dict(make_app().openapi())
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        yield client


@SCHEMA.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_keep_the_contract(case, client, served):
    signed_in = {"Authorization": client.headers["Authorization"]}
    case.call_and_validate(base_url=served.address, headers=signed_in, checks=CHECKS, timeout=client.timeout.read)


def test_every_address_and_problem_is_described():
    from pathlib import Path

    told = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text(encoding="utf-8")
    for path, methods in make_app().openapi()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in told
    for kind, (status, _) in TITLES.items():
        assert f"| `{kind}` | {status} |" in told
