"""How far two models agree: their order, their highest tenths, their means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from models.likeness import likeness

ANSWERS = st.integers(2, 60).flatmap(
    lambda count: st.tuples(
        *(arrays(float, count, elements=st.sampled_from([0.1, 0.2, 0.25, 0.5, 0.9])) for _ in range(2))
    )
)


@given(ANSWERS)
def test_the_rank_correlation_is_spearmans_ties_and_all(answers):
    own, champion = answers
    told = likeness(own, champion).rank_correlation
    if len(np.unique(own)) == 1 or len(np.unique(champion)) == 1:
        assert told is None
    else:
        assert told == pytest.approx(spearmanr(own, champion).statistic, abs=1e-12)


@pytest.mark.parametrize(("shift", "shared"), [(0, 1.0), (5, 0.5), (10, 0.0)])
def test_of_the_highest_tenth_so_many_are_shared(shift, shared):
    own = np.arange(100.0)
    assert likeness(own, np.roll(own, shift)).shared_top_tenth == shared


def test_of_fewer_than_ten_accounts_there_is_no_tenth():
    assert likeness(np.arange(9.0), np.arange(9.0)).shared_top_tenth is None
    assert likeness(np.arange(10.0), np.arange(10.0)).shared_top_tenth == 1.0
