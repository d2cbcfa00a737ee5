"""What a program may send as a design is one that can be reckoned with and kept, or it is refused in words."""

from datetime import date

import pytest

from arrears.errors import BadInput
from arrears.experiments.plan_document import plan_document
from arrears.experiments.power import Spread
from tests.experiments.designs import changed

SPREAD = Spread(mean=4000, sd=6800, uncapped_mean=4200, uncapped_sd=9600, stock=12_000, per_week=3000)


@pytest.mark.parametrize(
    "parts",
    [
        {"primary": {"smallest_effect_minor": float("inf")}},
        {"primary": {"smallest_effect_minor": 1e-300}},
        {"primary": {"smallest_effect_minor": 1e300}},
        {"primary": {"cap_minor": 10**400}},
        {"enrolment": {"debtors": 10**400}},
        {"cohort": {"balance_from_minor": 10**400}},
        {"cohort": {"clients": ["a\x00b"]}},
        {"sentence": "a\x00b"},
        {"stop": {"alpha": 1e-300}},
        {"stop": {"power": 1 - 1e-16}},
        {"stop": {"alpha": float("nan")}},
        {"enrolment": {"starts": "9999-12-30"}},
        {"enrolment": {"starts": "0001-01-01"}},
        {"enrolment": {"starts": 1781481600}},
        {"enrolment": {"starts": "1781481600"}},
        {"enrolment": {"starts": "2026-06-15T00:00:00"}},
        {"enrolment": {"starts": "20260615"}},
    ],
)
def test_a_number_beyond_reckoning_is_refused(parts):
    with pytest.raises(BadInput):
        changed(**parts)


@pytest.mark.parametrize(
    "parts",
    [
        {"primary": {"smallest_effect_minor": 0.001}},
        {"primary": {"smallest_effect_minor": float(2**53)}},
        {"enrolment": {"debtors": 1_000_000_000}},
        {"enrolment": {"debtors": 2}},
        {"stop": {"alpha": 1e-4, "power": 0.9999}},
        {"stop": {"alpha": 0.4999, "power": 0.50001}},
        {"enrolment": {"weeks": 104}},
    ],
)
def test_whatever_is_taken_can_be_planned(parts):
    told = plan_document(changed(**parts), date(2026, 4, 20), SPREAD)
    assert 0 <= told["plan"]["power"] <= 1
    assert told["plan"]["debtors"] >= 0
