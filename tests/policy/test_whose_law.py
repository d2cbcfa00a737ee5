"""Whose law may look: where the person lives and gets mail, and the state of the number dialled."""

import pytest

from arrears.policy import places
from arrears.policy.columns import NOBODY
from tests.policy.case import MOBILE, asking, facts_of

TEXAS = {"region": "TX", "postal_code": "75001", "city": "Addison"}
BOSTON = MOBILE | {"value": "+16175550100"}


def looked_at(facts, channel="call"):
    asked = asking(facts, channel)
    return {name for mask in asked.ask_places.tolist() for name in places.names(mask)}


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([MOBILE | {"value": "+12145550100"}], {"US", "US-TX"}),
        ([BOSTON], {"US", "US-TX", "US-MA"}),
        (
            [
                MOBILE | {"value": "+12145550100"},
                {"point_id": "P2", "kind": "postal", "value": "1 Main St, Boston, MA 02108", "line_type": None},
            ],
            {"US", "US-TX", "US-MA"},
        ),
    ],
)
def test_residence_mail_and_the_number_dialled_are_united(points, expected):
    assert looked_at(facts_of("2026-06-02 12:00", debtors=[TEXAS], points=points)) == expected


def test_another_number_of_the_person_brings_its_law_only_to_its_own_calls():
    points = [MOBILE | {"value": "+12145550100"}, BOSTON | {"point_id": "P2"}]
    facts = facts_of("2026-06-02 12:00", debtors=[TEXAS], points=points)
    by_point = {
        str(facts.points.id[point]): set(places.names(mask))
        for point, mask in zip(facts.asks.point.tolist(), facts.ask_places.tolist(), strict=True)
        if point != NOBODY
    }
    assert by_point == {"P1": {"US", "US-TX"}, "P2": {"US", "US-TX", "US-MA"}}


def test_a_number_of_somebody_outside_the_book_changes_nobodys_place():
    stranger = BOSTON | {"point_id": "P2", "debtor_id": "D9"}
    facts = facts_of("2026-06-02 12:00", debtors=[TEXAS], points=[MOBILE | {"value": "+12145550100"}, stranger])
    alone = facts_of("2026-06-02 12:00", debtors=[TEXAS], points=[MOBILE | {"value": "+12145550100"}])
    assert facts.person_zones.tolist() == alone.person_zones.tolist()
    assert places.names(int(facts.person_places[0])) == ("US", "US-TX")
