"""Thousands of tests of equal arms with staff of their own: how often a difference is found that is not there."""

from datetime import date, timedelta

import numpy as np
import pytest

from arrears.experiments.looks import looks_so_far
from arrears.experiments.measure import measured
from arrears.experiments.observed import Observed
from tests.benchmarks.sizes import sized
from tests.experiments.designs import changed
from tests.experiments.staffed import CASH, aa_tests, compared, crossed

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
COUNT, FEWER = sized((4000, 1000), (20, 10))
_WEEKS = 8
DESIGN = changed(
    staff="separate",
    covariates=[],
    secondary=[],
    strata=[],
    guardrails=[],
    household_together=False,
    enrolment={"weeks": _WEEKS, "debtors": 1600},
    primary={"cap_minor": None},
)


def allowed(share, count):
    """How far a share of so many tests may lie from the truth by chance, in 99 of 100 runs."""
    return 2.58 * np.sqrt(share * (1 - share) / count)


@pytest.mark.parametrize("collectors", [20, 40])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.1])
def test_by_collectors_equal_arms_differ_in_one_test_of_twenty(collectors, share, record_property):
    naive, clustered = aa_tests(COUNT, debtors=1000, collectors=collectors, share_of_collectors=share)
    told = f"equal arms, {collectors} collectors with {share:.0%} of the variance"
    record_property(f"{told}: found a difference, each debtor alone", f"{naive:.1%}")
    record_property(f"{told}: found a difference, by collectors (5 %)", f"{clustered:.1%}")
    assert clustered == pytest.approx(0.05, abs=allowed(0.05, COUNT))
    assert naive > 0.1 or share == 0


def test_collectors_with_uneven_lists_are_hardly_worse(record_property):
    naive, clustered = aa_tests(COUNT, debtors=1000, collectors=20, share_of_collectors=0.1, even=False)
    record_property(
        "equal arms, 20 collectors with uneven lists: found a difference, each debtor alone", f"{naive:.1%}"
    )
    record_property(
        "equal arms, 20 collectors with uneven lists: found, by collectors (at most 6.5 %)", f"{clustered:.1%}"
    )
    assert clustered < 0.065
    assert naive > 0.3


@pytest.mark.parametrize(("worked_by", "least", "most"), [(1, 0.03, 0.07), (2, 0.1, 0.4), (4, 0.1, 0.5)])
def test_where_debtors_change_collectors_equal_arms_differ_too_often(worked_by, least, most, record_property):
    """The honest limit: one cluster a debtor holds what is alike only while debtors stay with their collectors."""
    spread = 1000 * np.sqrt(0.1 / 0.9)
    found = np.mean(
        [
            compared(crossed(seed, debtors=1000, collectors=20, spread=spread, worked_by=worked_by)).p < 0.05
            for seed in range(FEWER)
        ]
    )
    told = f"equal arms, 20 collectors with 10% of the variance, {worked_by} of them work each debtor"
    record_property(f"{told}: found, by the first collector", f"{found:.1%}")
    assert least < found < most


@pytest.mark.parametrize("share", [0.0, 0.05])
def test_weekly_looks_by_the_same_collectors_err_at_most_as_designed(share, record_property):
    """The same collectors work every week's debtors, so looks are more alike than their bounds take them to be."""
    crossed = np.zeros((FEWER, 2), dtype=bool)
    for seed in range(FEWER):
        for place, is_clustered in enumerate((False, True)):
            taken = looks_so_far(DESIGN, weekly(seed, share, is_clustered), "challenger", as_of=date(2027, 1, 1))
            crossed[seed, place] = any(not look.low < look.found.z < look.high for look in taken)
    naive, clustered = crossed.mean(axis=0)
    told = f"equal arms, 20 collectors with {share:.0%} of the variance, {_WEEKS} looks"
    record_property(f"{told}: a bound was crossed, each debtor alone", f"{naive:.1%}")
    record_property(f"{told}: a bound was crossed, by collectors (at most 5 %)", f"{clustered:.1%}")
    assert clustered < 0.05 + allowed(0.05, FEWER)
    assert naive > 0.1 or share == 0


def weekly(seed, share, is_clustered):
    """What came of the debtors of each week, all of whom came in on its first day."""
    draw = np.random.default_rng([62, seed])
    brings = draw.normal(0, 1000 * np.sqrt(share / (1 - share)), 20)
    whose = np.arange(200) % 20
    arm = np.where(whose % 2, "challenger", "champion")
    matured = {}
    for week in range(_WEEKS):
        cash = np.rint(5000 + brings[whose] + draw.normal(0, 1000, 200))
        collector = np.char.mod("C%d", whose) if is_clustered else None
        day = DESIGN.enrolment.starts + timedelta(weeks=week)
        matured[day] = measured([CASH], arm, {"net_cash_minor": cash}, collector)
    return Observed(matured)
