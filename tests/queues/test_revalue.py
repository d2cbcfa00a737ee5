"""What an item is worth after a payment: the night's scores, with what is owed by now."""

from dataclasses import fields

import pytest

from arrears.queues.item import JudgedAccount
from arrears.queues.revalue import Owed, revalued

MINUTE = 50.0


def judged(**own):
    """An account at its night: 900.00 owed, 45.00 stop the roll, a call worth 100.00 before the cost of 4 minutes."""
    base = dict.fromkeys(field.name for field in fields(JudgedAccount))
    base |= {
        "account_id": "A1",
        "currency": "USD",
        "balance_minor": 90_000,
        "past_due_minor": 9_000,
        "stop_roll_minor": 4_500,
        "p_roll": 0.4,
        "value_minor": 10_000 - 4 * MINUTE,
        "expected_minutes": 4.0,
        "terms": {"balance_minor": 90_000.0, "exposure_minor": 90_000.0, "p_roll": 0.4, "priority_minor": 2_450.0},
    }
    return JudgedAccount(**base | own)


def worth(owed, account=None):
    lead = account or judged()
    return revalued(lead, [lead], {"A1": owed}, minute_cost_minor=MINUTE, priority="priority_minor")


def test_what_is_owed_as_at_night_is_worth_what_it_was():
    told = worth(Owed(90_000, 9_000, "1-29", 4_500))
    assert told["value_minor"] == judged().value_minor
    assert (told["p_roll"], told["terms"]) == (0.4, judged().terms)


@pytest.mark.parametrize(("paid", "gross"), [(9_000, 9_000), (45_000, 5_000), (90_000, 0)])
def test_worth_falls_with_what_is_owed(paid, gross):
    told = worth(Owed(90_000 - paid, 0, "1-29", 1))
    assert told["value_minor"] == pytest.approx(gross - 4 * MINUTE)
    assert told["terms"]["exposure_minor"] == 90_000 - paid


@pytest.mark.parametrize(("left", "chance", "gross"), [(1, 0.4, 9_500), (0, 0.0, 0)])
def test_whoever_paid_what_stops_the_roll_rolls_no_more(left, chance, gross):
    told = worth(Owed(85_500, 4_500, "1-29", left))
    assert (told["p_roll"], told["terms"]["p_roll"]) == (chance, chance)
    assert told["value_minor"] == pytest.approx(gross - 4 * MINUTE)


@pytest.mark.parametrize("own", [{"stop_roll_minor": 0}, {"stop_roll_minor": None}])
def test_where_nothing_stopped_the_roll_at_night_nothing_has_changed(own):
    assert worth(Owed(90_000, 9_000, "180+", 0), judged(**own))["p_roll"] == 0.4


def test_where_no_bucket_follows_what_could_be_collected_counts():
    account = judged(p_roll=None, terms={"amount_minor": 90_000.0, "priority_minor": 2_450.0})
    told = worth(Owed(45_000, 0, "180+", 0), account)
    assert told["value_minor"] == pytest.approx(5_000 - 4 * MINUTE)
    assert (told["p_roll"], told["terms"]["amount_minor"]) == (None, 45_000)


def incremental(**own):
    terms = judged().terms | {"ranking": 1.0, "added_share": 0.02, "stake_minor": 500_000.0, "at_risk_minor": 40_000.0}
    return judged(terms=terms, **own)


def test_what_a_call_adds_falls_with_what_is_owed_and_so_does_what_is_at_stake():
    told = worth(Owed(45_000, 0, "1-29", 1), incremental())
    assert told["value_minor"] == pytest.approx(5_000 - 4 * MINUTE)
    names = ("stake_minor", "at_risk_minor", "added_share", "ranking")
    assert [told["terms"][name] for name in names] == [250_000.0, 20_000.0, 0.02, 1.0]


def test_a_call_adds_nothing_where_the_roll_is_stopped():
    told = worth(Owed(85_500, 4_500, "1-29", 0), incremental())
    assert [told["terms"][name] for name in ("stake_minor", "at_risk_minor", "added_share")] == [0.0, 0.0, 0.0]
    assert told["value_minor"] == pytest.approx(-4 * MINUTE)
