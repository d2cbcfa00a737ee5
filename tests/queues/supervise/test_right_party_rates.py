"""Right-party rates on the team's mix: against a slow oracle, and against collectors whose true ratio is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.queues.supervise.right_party import COVERS, TRIES_BEHIND, Stratum, Tries, adjusted

EASY, HARD = Stratum("callback", "1-29", 18), Stratum("skip_trace", "180+", 12)

strata = st.builds(
    Stratum,
    st.sampled_from(["pay", "callback"]),
    st.sampled_from(["1-29", "30-59"]),
    st.integers(9, 11),
)
some_tries = st.lists(
    st.builds(
        lambda name, stratum, tries, share: Tries(name, stratum, tries, round(tries * share)),
        st.sampled_from("ABCD"),
        strata,
        st.integers(0, 60),
        st.floats(0, 1),
    ),
    min_size=1,
    max_size=30,
)


def slow_rate(rows, stratum):
    """The team's rate of a stratum, by walking all rows for every prefix of it."""
    rate = None
    for depth in range(4):
        same = [row for row in rows if row.stratum[:depth] == stratum[:depth]]
        tries, reached = sum(row.tries for row in same), sum(row.reached for row in same)
        rate = reached / tries if rate is None else (reached + TRIES_BEHIND * rate) / (tries + TRIES_BEHIND)
    return rate


@given(some_tries)
def test_expected_contacts_are_the_oracles(rows):
    worked = [row for row in rows if row.tries]
    found = adjusted(rows)
    assert [each.collector for each in found] == sorted({row.collector for row in worked})
    if not worked:
        return
    told = sum(row.tries * slow_rate(worked, row.stratum) for row in worked)
    scale = sum(row.reached for row in worked) / told if told else 1.0
    for each in found:
        own = [row for row in worked if row.collector == each.collector]
        expected = sum(row.tries * min(slow_rate(worked, row.stratum) * scale, 1.0) for row in own)
        assert each.expected == pytest.approx(expected)
        assert each.low <= each.rate <= each.high


def test_who_works_the_hard_accounts_is_not_behind_for_it():
    found = {each.collector: each for each in adjusted([Tries("A", EASY, 300, 150), Tries("B", HARD, 300, 15)])}
    assert (found["A"].crude, found["B"].crude) == (0.5, 0.05)
    assert found["A"].ratio == pytest.approx(1, abs=0.05)
    assert found["B"].ratio == pytest.approx(1, abs=0.3)


def test_twice_as_many_in_the_same_mix_stand_out():
    rows = [Tries(name, EASY, 200, 40) for name in "ABCDEFG"] + [Tries("H", EASY, 200, 80)]
    found = {each.collector: each for each in adjusted(rows)}
    assert found["H"].low > found["A"].high
    assert found["H"].rate > 0.25


def test_few_tries_are_drawn_to_the_team():
    rows = [Tries(name, EASY, 400, 80) for name in "ABCD"]
    few = adjusted([*rows, Tries("E", EASY, 4, 4)])[-1]
    many = adjusted([*rows, Tries("E", EASY, 400, 400)])[-1]
    assert 1 < few.ratio < 1.5
    assert many.ratio > 2
    assert few.high - few.low > 0.05


def test_nobody_reached_is_a_rate_of_nothing_with_room_above():
    found = adjusted([Tries("A", EASY, 30, 0), Tries("B", EASY, 300, 90)])
    assert found[0].reached == 0
    assert 0 < found[0].low < found[0].rate < found[1].rate


def test_without_a_try_there_is_no_rate():
    assert adjusted([]) == []
    assert adjusted([Tries("A", EASY, 0, 0)]) == []


def test_a_team_that_reached_nobody_has_rates_of_nothing():
    assert [each.rate for each in adjusted([Tries("A", EASY, 10, 0), Tries("B", HARD, 10, 0)])] == [0.0, 0.0]


def test_intervals_cover_the_true_ratio_as_often_as_they_say():
    random = np.random.default_rng(4)
    lanes = [(Stratum("pay", "30-59", hour), rate) for hour, rate in ((9, 0.1), (13, 0.15), (18, 0.3))]
    covered = total = 0
    for _ in range(150):
        truth = dict(zip("ABCDEFGHIJ", random.gamma(40, 1 / 40, 10), strict=True))
        rows = []
        for name, ratio in truth.items():
            for stratum, rate in lanes:
                tries = int(random.integers(20, 160))
                rows.append(Tries(name, stratum, tries, int(random.binomial(tries, min(rate * ratio, 1)))))
        found = adjusted(rows)
        # Only ratios to the team can be told, so the truth is set against the team's mean, too.
        expected = {each.collector: each.expected for each in found}
        mean = sum(truth[name] * expected[name] for name in truth) / sum(expected.values())
        team = sum(row.reached for row in rows) / sum(row.tries for row in rows)
        for each in found:
            covered += each.low <= truth[each.collector] / mean * team <= each.high
            total += 1
    assert covered / total == pytest.approx(COVERS, abs=0.04)
