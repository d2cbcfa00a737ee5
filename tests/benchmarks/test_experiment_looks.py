"""Ten thousand tests that are read every week by the engine itself: how often it errs, what it finds, when it stops."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from arrears.experiments.boundaries import bounds
from arrears.experiments.sequences import ConfidenceSequence
from tests.benchmarks.sizes import sized
from tests.experiments.many_tests import paid, read_weekly, stopped

TESTS, LOOKS, PER_ARM = sized(10_000, 200), 28, 100
EVERY = LOOKS * PER_ARM
pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]
_CAPPED = 1.017
"""What the cap takes of a lift: without it the mean `z` at the end of 10,000 tests was 2.755 instead of 2.8016."""

RULES: dict[str, Any] = {
    "O'Brien-Fleming spending": {},
    "the same, harm by Pocock spending": {"harm": "pocock"},
    "Pocock spending": {"spending": "pocock"},
}


def told(read, name):
    """Of a rule's bounds: share above, share out, mean stop."""
    found = bounds(read.information.tolist(), **RULES[name])
    above, out, stop = stopped(read, found.low, found.high)
    return above.mean(), out.mean(), stop.mean()


@pytest.fixture(scope="module")
def alike():
    return read_weekly(TESTS, looks=LOOKS, per_arm=PER_ARM, seed=61)


@pytest.fixture(scope="module")
def better():
    return read_weekly(TESTS, looks=LOOKS, per_arm=PER_ARM, effect=effect(), seed=62)


def effect():
    """The lift that one look at the end would find in 80 tests of 100, from debtors that no test sees."""
    cash, before = paid(np.random.default_rng(60), 2_000_000)
    spread = np.sqrt(1 - np.corrcoef(cash, before)[0, 1] ** 2) * cash.std() / cash.mean()
    # A lift widens the challenger's spread by the same share: solved for the effect that is 2.8016 of its own errors.
    lift = brentq(lambda lift: lift - 2.8016 * spread * np.sqrt((1 + (1 + lift) ** 2) / EVERY), 0, 1)
    return lift * _CAPPED


@pytest.mark.parametrize("rule", RULES)
def test_arms_alike_are_told_apart_in_five_tests_of_a_hundred(alike, rule, record_property):
    _, out, _ = told(alike, rule)
    record_property(f"experiments, {rule}: false alarms of {TESTS} A/A tests with {LOOKS} looks", f"{out:.4f}")
    assert 0.045 <= out <= 0.055


def test_stopping_at_the_first_star_errs_in_27_of_a_hundred(alike, record_property):
    _, out, _ = stopped(alike, [-1.96] * LOOKS, [1.96] * LOOKS)
    once = (np.abs(alike.z[:, -1]) >= 1.96).mean()
    record_property(
        "experiments, first star: false alarms in the same tests", f"{out.mean():.4f} (end only {once:.4f})"
    )
    assert 0.25 <= out.mean() <= 0.29


@pytest.mark.parametrize("rule", ["O'Brien-Fleming spending", "the same, harm by Pocock spending"])
def test_what_a_fixed_test_finds_in_80_is_found_in_77_and_a_quarter_sooner(better, rule, record_property):
    above, _, stop = told(better, rule)
    fixed = (better.z[:, -1] >= 1.96).mean()
    record_property(f"experiments, {rule}: power, mean stop", f"{above:.4f} (end only {fixed:.4f}), {stop:.4f}")
    # The same tests read once tell how far chance has carried them from 80 in a hundred.
    assert fixed == pytest.approx(0.8, abs=0.015)
    assert above + 0.8 - fixed >= 0.77
    assert stop <= 0.75


def test_the_interval_for_any_day_errs_less_and_finds_less(alike, better, record_property):
    counts = 2 * PER_ARM * np.arange(1, LOOKS + 1)
    sequence = ConfidenceSequence(alpha=0.05, tightest_at=counts[-1] / 2)
    high = [sequence.half_width(float(count), 1.0) for count in counts]
    _, out, _ = stopped(alike, np.negative(high), high)
    above, _, stop = stopped(better, np.negative(high), high)
    record_property(
        "experiments, confidence sequence: false alarms, power, mean stop",
        f"{out.mean():.4f}, {above.mean():.4f}, {stop.mean():.4f}",
    )
    assert out.mean() <= 0.05
