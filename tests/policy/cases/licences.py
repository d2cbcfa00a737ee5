"""Licences (ST-03), as examples."""

from datetime import date

from tests.policy.case import Case, facts_of


def licence(place: str, **more):
    return {"place": place, "kind": "collection", "starts_on": date(2020, 1, 1), "status": "active"} | more


def _lives(now, region, *licences, city=None, **account):
    debtor = {"region": region, "postal_code": None, "city": city}
    return lambda: facts_of(now, debtors=[debtor], accounts=[account], licences=list(licences))


def _case(told, expected, facts, condition="", **more):
    return Case("ST-03", told, expected, facts, profiles=("us_states",), condition=condition, **more)


_MAY = licence("US-TX", ends_on=date(2026, 5, 31))
CASES = [
    _case("Texas licence to 31 May; call on 31 May", "allow", _lives("2026-05-31 13:00", "TX", _MAY)),
    _case("Texas licence to 31 May; call on 1 June", "null", _lives("2026-06-01 13:00", "TX", _MAY)),
    _case(
        "Texas licence to 31 May, renewed from 1 June; call on 1 June",
        "allow",
        _lives("2026-06-01 13:00", "TX", _MAY, licence("US-TX", kind="renewed", starts_on=date(2026, 6, 1))),
    ),
    _case(
        "Moved from Texas to California, no California licence",
        "null",
        _lives("2026-06-01 13:00", "CA", licence("US-TX")),
    ),
    _case(
        "New York City address, state licence and no city licence",
        "null",
        _lives("2026-06-01 13:00", "NY", licence("US-NY"), city="New York"),
    ),
    _case(
        "New York City address, state and city licence",
        "allow",
        _lives("2026-06-01 13:00", "NY", licence("US-NY"), licence("US-NY-NYC"), city="New York"),
    ),
    _case("Albany address, state licence", "allow", _lives("2026-06-01 13:00", "NY", licence("US-NY"), city="Albany")),
    _case("A suspended licence", "null", _lives("2026-06-01 13:00", "TX", licence("US-TX", status="suspended"))),
    _case(
        "A licence from tomorrow",
        "null",
        _lives("2026-06-01 13:00", "TX", licence("US-TX", starts_on=date(2026, 6, 2))),
    ),
    _case("The state is not known", "null", _lives("2026-06-01 13:00", None, licence("US-TX"))),
    _case(
        "A table of licences without the state, an agency", "null", _lives("2026-06-01 13:00", "OH", licence("US-TX"))
    ),
    _case(
        "A table of licences without the state, a creditor's own debt",
        "allow",
        _lives("2026-06-01 13:00", "OH", licence("US-TX"), role="first_party"),
        condition="REVIEW_LICENCE",
    ),
    _case(
        "The source has no table of licences, an agency",
        "null",
        lambda: facts_of("2026-06-01 13:00", absent=["licences"]),
    ),
    _case(
        "The source has no table of licences, a creditor's own debt",
        "allow",
        lambda: facts_of("2026-06-01 13:00", absent=["licences"], accounts=[{"role": "first_party"}]),
        condition="REVIEW_LICENCE",
    ),
    _case("No licence; suit", "null", _lives("2026-06-01 13:00", "OH"), lane="legal_review"),
]
