"""A book's past is read once for whoever asks the same of it, and not at all for a cohort that it does not know."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from arrears.errors import Refused
from serving import past_spread
from tests.experiments.designs import changed

TAIWAN = {"currency": "TWD", "buckets": ["30-59"], "balance_bands_minor": [100_000, 1_000_000]}


def design(*, horizon=31, **cohort):
    return changed(cohort=TAIWAN | cohort, strata=[], primary={"horizon_days": horizon, "cap_minor": None})


def reads():
    return past_spread._past.cache_info().misses


def test_what_is_asked_twice_at_once_is_read_once(demo_lake):
    before = reads()
    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda _: past_spread.past_spread(design(), demo_lake), range(3)))
    assert told[0] == told[1] == told[2]
    assert reads() == before + 1


def test_bands_of_balance_are_nothing_that_the_past_is_read_for(demo_lake):
    told = past_spread.past_spread(design(), demo_lake)
    before = reads()
    assert past_spread.past_spread(design(balance_bands_minor=[]), demo_lake) == told
    assert reads() == before
    assert past_spread.past_spread(design(buckets=["60-89"]), demo_lake) != told
    assert reads() == before + 1


def test_a_client_that_the_book_does_not_know_is_refused_unread(demo_lake):
    before = reads()
    with pytest.raises(Refused, match="no client nobody; it has"):
        past_spread.past_spread(design(clients=["nobody"], horizon=33), demo_lake)
    assert reads() == before
