"""The form in which a test is planned: it holds a whole design, and tells beside each field what is wrong with it."""

import pytest

from arrears.experiments.as_toml import as_toml
from arrears.experiments.measurable import KNOWN_BEFORE
from serving.console.experiments_form import SCALES, read_form, typed_of
from tests.experiments.designs import changed, shared


def form_of(design, **typed):
    return {**typed_of(design, as_toml(design)).fields, **typed}


def test_the_form_knows_every_covariate_that_a_night_writes_down():
    assert set(SCALES) == KNOWN_BEFORE


@pytest.mark.parametrize(
    "design",
    [
        changed(),
        changed(arms=shared(0.5, 0.3, 0.2), exclusion=None, covariates=[], strata=[], guardrails=[]),
        changed(cohort={"currency": "JPY", "clients": ["A", "B"], "entry": "new", "balance_below_minor": 90_000}),
        changed(primary={"smallest_effect_minor": 0.5, "cap_minor": None}, household_together=False),
        changed(version=4, predecessor=3, stop={"spending": "pocock", "alpha": 0.1}),
        changed(
            guardrails=[
                {
                    "metric": "fairness_gap",
                    "margin": 0.2,
                    "horizon_days": 14,
                    "protected": {"attribute": "sex", "group": "female"},
                }
            ]
        ),
        changed(staff="separate"),
    ],
    ids=["example", "three arms", "yen", "half a cent", "successor", "a protected group", "staff"],
)
def test_a_design_that_is_opened_and_sent_back_is_the_same(design):
    typed = read_form(form_of(design))
    assert typed.faults == {}
    assert typed.design == design


def test_without_a_text_behind_it_the_form_makes_a_design():
    fields = form_of(changed(exclusion=None), base=[""], salt=[""])
    assert read_form(fields).design == changed(exclusion=None, salt="earlier_calls, from 2026-06-01")


def test_money_is_typed_in_major_units_and_kept_in_minor_ones():
    typed = read_form(form_of(changed(), cap=["2,500.50"], effect=["2.40"], bands=["500 2,000"]))
    design = typed.design
    assert (design.primary.cap_minor, design.primary.smallest_effect_minor) == (250_050, 240.0)
    assert design.cohort.balance_bands_minor == (50_000, 200_000)


@pytest.mark.parametrize(
    ("field", "values", "said"),
    [
        ("name", ["Calls!"], "small letters a to z"),
        ("sentence", [" "], "Say what is tried"),
        ("buckets", [], "at least 1"),
        ("weeks", ["eight"], "Write a number"),
        ("weeks", ["2.5"], "whole number"),
        ("weeks", ["1"], "two pay cycles"),
        ("debtors", [""], "number is missing"),
        ("debtors", ["1e400"], "fifteen digits"),
        ("starts", ["tomorrow"], "2026-06-01"),
        ("effect", ["0"], "more than 0"),
        ("effect", ["1,5"], "point before its decimals"),
        ("cap", ["-3"], "more than 0"),
        ("share", ["50", "40"], "hares sum to 0.9"),
        ("share", ["50", "much"], "Write a number"),
        ("follows", ["value_at_risk/1", ""], "challenges the champion"),
        ("bands", ["50 20"], "do not rise"),
        ("bands", [""], "no bands"),
        ("metric", ["minutes"], "may not decide"),
        ("margin", ["0.002", ""], "number is missing"),
        ("rail", ["complaints", "complaints"], "named twice"),
        ("high", ["0"], "hold nobody"),
        ("alpha", ["80"], "less than 0.5"),
        ("currency", ["XXY"], "Choose a currency"),
        ("base", ["name = "], "no TOML"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(field, values, said):
    typed = read_form(form_of(changed(), **{field: values}))
    assert typed.design is None
    told = "; ".join(f"{name}: {sentence}" for name, sentences in typed.faults.items() for sentence in sentences)
    assert said in told
    beside = {"share": "arms", "follows": "arms", "margin": "guardrails", "rail": "guardrails"}.get(field, field)
    assert beside in typed.faults or "design" in typed.faults
    assert typed.fields[field] == values


def test_a_day_beyond_every_calendar_is_a_fault_and_no_failure():
    typed = read_form(form_of(changed(), starts=["9999-12-30"]))
    assert typed.design is None
    assert typed.faults


def test_a_row_that_is_left_empty_is_no_arm_and_no_guardrail():
    own = changed()
    fields = form_of(own)
    fields |= {name: [*fields[name], ""] for name in ("arm", "follows", "share", "rail", "margin", "rail_horizon")}
    assert read_form(fields).design == own


def test_a_further_challenger_is_given_a_name_of_its_own():
    fields = form_of(changed())
    fields |= {"arm": [*fields["arm"], ""], "follows": [*fields["follows"], "severity/1"], "share": ["50", "30", "20"]}
    assert [arm.name for arm in read_form(fields).design.arms] == ["champion", "challenger", "challenger_2"]
