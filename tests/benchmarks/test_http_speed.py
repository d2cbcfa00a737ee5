"""How long people and programs wait: printed, never asserted, because machines differ.

One request at a time over a real connection, on the demo's scoring day.
"""

import re
import time

import pytest

pytestmark = [pytest.mark.bench]

PAGES = ["/", "/queues", "/queues?sort=balance&bucket=30-59", "/debtors/D00014", "/portfolio", "/models"]


@pytest.fixture(scope="module")
def client(served):
    with served.client() as client:
        for _ in range(90):  # what a start works out in the background would be counted otherwise
            if 'id="ahead"' in client.get("/portfolio").text:
                break
            time.sleep(1)
        yield client


@pytest.mark.parametrize("fresh", [False, True], ids=["from the night's features", "from current events"])
def test_one_account_scored_and_explained(benchmark, client, fresh):
    def score():
        return client.post("/v1/score", json={"accounts": ["A00014"], "fresh": fresh})

    score()
    assert benchmark.pedantic(score, rounds=100, warmup_rounds=20).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_page(benchmark, client, path):
    def get():
        return client.get(path)

    assert benchmark.pedantic(get, rounds=20, warmup_rounds=3).status_code == 200
    benchmark.extra_info["server ms"] = re.search(r"dur=([0-9.]+)", get().headers["server-timing"])[1]
