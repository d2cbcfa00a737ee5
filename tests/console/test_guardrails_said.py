"""A guardrail on a page: its numbers in the metric's unit, and of a gap between groups whose it is."""

from arrears.experiments.design import read_design
from arrears.experiments.example import EXAMPLE
from serving.console.experiments_told import rails

GAP = 'metric = "fairness_gap"\nprotected = {attribute = "sex", group = "female"}\nmargin = 0.2'
DESIGN = read_design(EXAMPLE.replace('metric = "complaints"\nmargin = 0.002', GAP))
FOUND = {"worse": 0.05, "low": -0.1, "high": 0.19, "margin": 0.2, "broken": False, "safe": True, "debtors": 900}


def test_a_gap_between_groups_says_whose_it_is_and_any_other_guardrail_does_not():
    names = {"fairness_gap of sex female": "fairness_gap", "contacts": "contacts"}
    told = [FOUND | {"name": name, "metric": metric, "day": "2026-07-01"} for name, metric in names.items()]
    reading = {"guardrails": told}
    gap, contacts = rails(reading, DESIGN)
    assert gap.sentence == "Contacts per debtor of a protected group, less those of all others (sex: female)"
    assert contacts.sentence == "Contacts per assigned debtor"
    assert (gap.worse, gap.margin, gap.standing) == ("0.0500", "0.2000", "safe")
