"""Every example case of the register that the tables can tell, judged as the gate judges."""

from importlib import import_module

import pytest

from arrears.policy.rules import RULES
from tests.policy.case import Case, asking, held_by, judged

SUBJECTS = ("notices", "disputes", "lanes", "medical", "licences", "business")
CASES = [case for subject in SUBJECTS for case in import_module(f"tests.policy.cases.{subject}").CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.told}")
def test_the_rule_says_what_the_register_says(case: Case):
    facts = case.facts()
    judgement = judged(asking(facts, case.channel) if case.lane == "pay" else facts, *case.profiles, lane=case.lane)
    assert held_by(judgement, case.rule) == case.expected
    conditions = {word for word, flags in judgement.conditions if flags[0]}
    if case.condition:
        assert case.condition in conditions
    elif case.expected == "allow":
        own = {rule.condition for rule in RULES if rule.id == case.rule}
        assert not own & conditions
