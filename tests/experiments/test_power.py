"""Sizes and days of a test: against the usual formula, the promised range, and its own simulated looks."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower

from arrears.errors import BadInput, Refused
from arrears.experiments.power import Spread, planned, refuse_small, spread_of
from tests.experiments.designs import changed, shared


def spread(cv=1.7, **parts):
    usual = {"mean": 4000.0, "sd": 4000.0 * cv, "uncapped_mean": 4200.0, "uncapped_sd": 9600.0}
    return Spread(**(usual | {"stock": 12_000, "per_week": 3000.0} | parts))


DESIGN = changed()


def debtors_per_arm(cv, effect, *, alpha=0.05, power=0.8):
    """Of two even arms, in a test that looks once."""
    asked = {"primary": {"smallest_effect_minor": 4000.0 * effect}, "stop": {"alpha": alpha, "power": power}}
    return planned(changed(**asked), spread(cv)).fixed_debtors / 2


@pytest.mark.parametrize(("cv", "promised"), [(1.7, 13_000), (2.3, 22_000)])
def test_six_percent_more_cash_needs_13_000_to_22_000_debtors_an_arm(cv, promised):
    assert debtors_per_arm(cv, 0.06) == pytest.approx(promised, rel=0.05)


@pytest.mark.parametrize(("cv", "effect", "alpha", "power"), [(1.7, 0.06, 0.05, 0.8), (2.3, 0.03, 0.01, 0.9)])
def test_a_fixed_test_needs_what_the_usual_formula_says(cv, effect, alpha, power):
    theirs = NormalIndPower().solve_power(effect / cv, alpha=alpha, power=power)
    assert debtors_per_arm(cv, effect, alpha=alpha, power=power) == pytest.approx(theirs, rel=1e-3)


def test_looking_weekly_costs_a_few_debtors_in_a_hundred():
    found = planned(DESIGN, spread())
    assert 1.0 < found.inflation < 1.08
    assert found.debtors == pytest.approx(found.fixed_debtors * found.inflation, abs=1)


def test_with_the_debtors_it_asks_for_a_design_has_the_power_it_asks_for():
    needed = planned(DESIGN, spread()).debtors
    found = planned(changed(enrolment={"debtors": needed}), spread())
    assert found.power == pytest.approx(0.8, abs=1e-3)
    assert found.finds_minor == pytest.approx(240.0, rel=1e-3)


def test_what_covariates_explain_is_saved_in_debtors():
    without, explained = planned(DESIGN, spread()), planned(DESIGN, spread(explained=0.36))
    assert explained.debtors == pytest.approx(0.64 * without.debtors, abs=2)


def test_the_curve_rises_from_no_effect_to_certainty():
    effects, powers, stops = zip(*planned(DESIGN, spread()).curve, strict=True)
    assert effects[0] == 0
    assert powers[0] == pytest.approx(0.025, abs=1e-6)
    assert all(earlier < later for earlier, later in pairwise(powers))
    assert stops[-1] < stops[0]
    assert powers[-1] > 0.99


def test_two_challengers_need_more_debtors_than_one():
    both = changed(arms=shared(0.4, 0.3, 0.3))
    assert planned(both, spread()).debtors > 1.4 * planned(DESIGN, spread()).debtors


def test_weeks_are_those_until_enough_have_come_in():
    found = planned(DESIGN, spread(stock=0, per_week=4000.0))
    assert (found.weeks - 1) * 4000 < found.debtors <= found.weeks * 4000
    assert planned(DESIGN, spread(stock=0, per_week=10.0)).weeks is None


def test_a_cohort_of_the_stock_alone_grows_no_more():
    stock = changed(cohort={"entry": "stock"})
    assert planned(stock, spread(stock=50_000)).weeks == 5
    assert planned(stock, spread(stock=20_000)).weeks is None


def test_a_cohort_of_new_entries_alone_has_no_stock():
    new = changed(cohort={"entry": "new"})
    assert planned(new, spread(stock=50_000, per_week=3500.0)).weeks == 8


def test_part_of_a_groups_slots_brings_part_of_its_debtors():
    half = changed(exclusion={"group": "g", "low": 0.0, "high": 0.5})
    assert (
        planned(half, spread(stock=0, per_week=8000.0)).weeks == planned(DESIGN, spread(stock=0, per_week=4000.0)).weeks
    )


def test_the_last_look_is_read_when_the_last_debtor_has_settled():
    # Eight weeks, then 30 days of horizon and 5 of settlement after the last of its days.
    assert planned(DESIGN, spread()).days == 56 + 35


def test_a_cohort_too_small_is_refused_with_what_it_takes_and_what_it_could_find():
    small = changed(enrolment={"debtors": 5000})
    said = r"takes \d+ debtors; the design enrols 5000, whose power is 0\.23[\s\S]*36000 come[\s\S]*find \$5\.\d\d, 1"
    with pytest.raises(Refused, match=said):
        refuse_small(small, spread())


def test_more_debtors_than_ever_come_are_refused():
    with pytest.raises(Refused, match=r"29999 come in over 8 weeks"):
        refuse_small(DESIGN, spread(stock=5999))
    assert refuse_small(DESIGN, spread(stock=6000)).power > 0.8


def test_a_cohort_that_never_suffices_is_told_so():
    with pytest.raises(Refused, match="which this cohort never has"):
        refuse_small(changed(enrolment={"debtors": 100}), spread(stock=100, per_week=0.0))


def test_a_cohort_of_nobody_is_refused_all_the_same():
    with pytest.raises(Refused, match="0 come in"):
        refuse_small(DESIGN, spread(stock=0, per_week=0.0))


def test_the_spread_is_that_of_the_capped_values():
    paid = np.random.default_rng(3).lognormal(5, 2, 4000)
    found = spread_of(paid.tolist(), cap=2000, stock=10, per_week=1.0)
    assert found.cv == pytest.approx(np.minimum(paid, 2000).std(ddof=1) / np.minimum(paid, 2000).mean())
    assert found.uncapped_sd == pytest.approx(paid.std(ddof=1))
    assert found.cv < found.uncapped_sd / found.uncapped_mean


def test_nobody_pays_is_no_spread_to_plan_by_in_shares():
    found = spread_of([0.0, 0.0], cap=None, stock=1, per_week=0)
    assert found.cv == np.inf


@pytest.mark.parametrize(("values", "said"), [([1.0], "1 values, 0 of them"), ([1.0, np.nan], "2 values, 1 of them")])
def test_values_without_a_spread_are_refused(values, said):
    with pytest.raises(BadInput, match=said):
        spread_of(values, cap=None, stock=1, per_week=0)


def test_the_plans_document_is_plain():
    told = planned(DESIGN, spread()).document()
    assert len(told["curve"]) == 21
    assert told["debtors"] == 26_434


def test_a_test_that_starts_later_plans_its_own_month_end():
    late = changed(enrolment={"starts": date(2026, 6, 29), "weeks": 4})
    assert planned(late, spread(stock=40_000)).weeks == 4


def test_a_book_in_which_more_rolls_than_is_kept_is_planned_by_the_size_of_its_mean():
    kept, rolled = (planned(DESIGN, spread(mean=mean)) for mean in (4000.0, -4000.0))
    assert (rolled.finds_share, rolled.debtors) == (kept.finds_share, kept.debtors)
    assert spread(mean=-4000.0).cv == spread().cv > 0


def test_collectors_of_each_arms_own_cost_the_design_effect():
    """With m debtors a collector the variance is 1 + (m - 1) rho times that of debtors alone."""
    debtors, rho = 2000, 0.1
    asked = {"enrolment": {"debtors": debtors}, "between_collectors": rho}
    alone = planned(changed(**asked), spread(collectors=40))
    staffed = planned(changed(**asked, staff="separate"), spread(collectors=40))
    effect = 1 + (debtors / 40 - 1) * rho
    assert staffed.finds_minor / alone.finds_minor == pytest.approx(np.sqrt(effect), rel=1e-6)
    none = planned(changed(**asked | {"between_collectors": 0.0}, staff="separate"), spread(collectors=40))
    assert none.document() == alone.document()


def test_more_debtors_never_find_what_so_few_collectors_cannot():
    own = changed(staff="separate", enrolment={"debtors": 1_000_000})
    found = planned(own, spread(collectors=20, stock=1_000_000))
    assert found.debtors is found.fixed_debtors is found.weeks is None
    assert found.power < 0.1
    with pytest.raises(Refused, match=r"(?s)collectors differ by more.*give each arm more collectors"):
        refuse_small(own, spread(collectors=20, stock=1_000_000))
    many = planned(own, spread(collectors=20_000, stock=1_000_000))
    assert many.debtors is not None
    assert many.power > 0.99


def test_with_no_team_told_the_fewest_collectors_that_may_start_are_reckoned_with():
    own = changed(staff="separate")
    assert planned(own, spread()).finds_minor == planned(own, spread(collectors=20)).finds_minor
