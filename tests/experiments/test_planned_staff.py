"""A plan of a test whose arms have staff of their own reckons with the team that the book knows."""

from arrears.queues.supervise.roster import roster_of
from serving.planned import prepare
from tests.experiments.designs import changed

BOOK = {
    "cohort": {"currency": "TWD", "buckets": ["30-59"], "balance_bands_minor": []},
    "strata": [],
    "primary": {"horizon_days": 31, "cap_minor": None},
}


def test_the_team_of_its_first_day_is_what_a_plan_reckons_with(demo_lake):
    own, shared = (prepare(changed(**BOOK, staff=staff), demo_lake) for staff in ("separate", "shared"))
    team = roster_of(demo_lake).ids_on(own.design.enrolment.starts)
    assert own.document["spread"]["collectors"] == len(team) > 0
    assert shared.document["spread"]["collectors"] == 0
    assert own.document["plan"]["finds_minor"] > shared.document["plan"]["finds_minor"]
