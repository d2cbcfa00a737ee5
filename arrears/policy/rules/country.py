"""Where nobody knows the country, nobody knows whose law applies."""

from __future__ import annotations

import numpy as np

from arrears.policy.columns import NEVER
from arrears.policy.facts import Facts
from arrears.policy.rule import CONTACT_LANES, LANE_GATES, Found, Rule, Values


def country_is_unknown(facts: Facts, values: Values) -> Found:
    """Neither the person's country is known nor the portfolio's."""
    del values
    unknown = facts.people.country == ""
    return Found(np.zeros(len(unknown), np.bool_), np.full(len(unknown), NEVER), missing=unknown)


RULES = (
    Rule(
        "HS-05",
        "country_unknown",
        "The country, whose law applies",
        "person",
        country_is_unknown,
        lanes=CONTACT_LANES | LANE_GATES,
        cures="debtors",
        always=True,
    ),
)
