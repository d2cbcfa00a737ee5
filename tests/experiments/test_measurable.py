"""No test starts by what nobody would measure, or by what the book cannot tell."""

import pytest

from arrears.errors import BadInput, Refused
from arrears.experiments.design import read_design
from arrears.experiments.design_parts import Protected
from arrears.experiments.example import EXAMPLE
from arrears.experiments.groups import groups_of, members
from arrears.experiments.measurable import AT_DESK, MEASURED, refuse_unmeasured
from features.after import COLUMNS
from tests.experiments.designs import changed
from tests.night.desk_book import lake_of, people

COMPLAINTS = 'metric = "complaints"\nmargin = 0.002'
GAP = 'metric = "fairness_gap"\nprotected = {attribute = "sex", group = "GROUP"}\nmargin = 0.2'


def by_gap(group="female"):
    return read_design(EXAMPLE.replace(COMPLAINTS, GAP.replace("GROUP", group)))


def belongs(who, attribute, group, **own):
    return {"debtor_id": who, "attribute": attribute, "group": group} | own


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    rows = people("D1", "D2", "D3")
    rows["protected"] = [
        belongs("D1", "sex", "female"),
        belongs("D2", "sex", "male"),
        belongs("D2", "age", "60 and more"),
        belongs("D3", "sex", "male"),
        belongs("D3", "sex", "female", recorded_at="2026-06-13T12:00:00+00:00"),
    ]
    return lake_of(tmp_path_factory.mktemp("groups"), rows, settings="[delinquency]\nstatus_settles_days = 6\n")


def test_every_column_of_a_metric_is_told_by_the_book_or_the_desk():
    assert {*COLUMNS, *AT_DESK} == MEASURED


def test_a_group_is_whoever_is_told_to_be_of_it_last(lake):
    assert groups_of(lake) == {"sex": {"female": 2, "male": 1}, "age": {"60 and more": 1}}
    assert members(lake, Protected(attribute="sex", group="female")) == {"D1", "D3"}


def test_what_is_measured_and_told_starts(lake):
    refuse_unmeasured(read_design(EXAMPLE), lake)
    refuse_unmeasured(by_gap(), lake)


def test_a_group_that_the_book_does_not_have_is_refused_with_those_it_has(lake, tmp_path):
    with pytest.raises(Refused, match="nobody of sex other; it has age: 60 and more; sex: female, male"):
        refuse_unmeasured(by_gap("other"), lake)
    with pytest.raises(Refused, match="it has no rows"):
        refuse_unmeasured(by_gap(), lake_of(tmp_path, people("D1")))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "balance_before_minor"', 'name = "shoe_size"', "shoe_size"),
        ('secondary = ["cash_per_minute"]', 'secondary = ["fairness_gap"]', "fairness_gap"),
    ],
)
def test_what_nobody_would_measure_does_not_start(lake, old, new, told):
    with pytest.raises(Refused, match=f"{told} would not be measured"):
        refuse_unmeasured(read_design(EXAMPLE.replace(old, new)), lake)


@pytest.mark.parametrize("settles", [5, 6])
def test_what_is_told_at_the_end_of_a_cycle_waits_until_its_status_has_settled(lake, settles):
    text = EXAMPLE.replace('metric = "net_cash"', 'metric = "net_roll_money"')
    design = read_design(text.replace("settlement_days = 5", f"settlement_days = {settles}"))
    if settles == 6:
        refuse_unmeasured(design, lake)
        return
    with pytest.raises(Refused, match="settles 6 days after its cycle, and net_roll_money waits for fewer"):
        refuse_unmeasured(design, lake)


def test_a_guardrail_of_the_same_metric_that_waits_long_enough_does_not_speak_for_the_primary(lake):
    late = {"metric": "net_roll_money", "margin": 5.0, "horizon_days": 30, "settlement_days": 6}
    design = changed(primary={"metric": "net_roll_money", "settlement_days": 5}, guardrails=[late])
    with pytest.raises(Refused, match="and net_roll_money waits for fewer"):
        refuse_unmeasured(design, lake)


def test_a_guardrail_names_a_group_where_it_compares_one_and_only_there():
    with pytest.raises(BadInput, match="fairness_gap compares a protected group with all others"):
        read_design(EXAMPLE.replace(COMPLAINTS, COMPLAINTS.replace("complaints", "fairness_gap")))
    with pytest.raises(BadInput, match="complaints knows no groups: only fairness_gap does"):
        read_design(EXAMPLE.replace(COMPLAINTS, GAP.replace("fairness_gap", "complaints")))
