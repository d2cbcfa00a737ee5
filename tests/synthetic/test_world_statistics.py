"""The usual world's statistics beside the UCI panel and published figures, in stated tolerances."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from arrears.demo import write_demo
from arrears.synthetic.paying import CHARGED_OFF
from tests.synthetic.stepping import Tally, tally, world_on

CARD, LOAN, MEDICAL, INVOICE = range(4)
MOVES_WITHIN = np.asarray([[0.01], [0.03], [0.06]])
"""By how much the shares of each state may differ from the panel's; few accounts of a small world are 3 cycles late."""


@pytest.fixture(scope="module")
def usual() -> Tally:
    return tally(world_on(0, debtors=7_000, seed=7, days=260), until=260, counted_from=60)


def _states(cycles: np.ndarray) -> np.ndarray:
    """Current, 1-2 and 3 or more cycles late."""
    return np.where(cycles == 0, 0, np.where(cycles < 3, 1, 2))


def _shares(moves: np.ndarray) -> np.ndarray:
    grouped = np.zeros((3, 3))
    state = _states(np.arange(len(moves)))
    np.add.at(grouped, (state[:, None], state[None, :]), moves)
    return grouped / grouped.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Moves of the built-in portfolio from April to August 2005, by cycles past due: real, and computed here."""
    source = write_demo(tmp_path_factory.mktemp("demo"))
    rows = (
        duckdb.connect()
        .execute(
            "WITH told AS (SELECT account_id, cycle_end, max(cycles_past_due) AS cycles"
            f" FROM '{source}/statements.parquet' WHERE cycle_end <= DATE '2005-08-31' GROUP BY ALL)"
            " SELECT before.cycles, after.cycles, count(*) FROM told AS before"
            " JOIN told AS after"
            " ON after.account_id = before.account_id"
            " AND after.cycle_end = last_day(before.cycle_end + INTERVAL 1 MONTH)"
            " GROUP BY ALL"
        )
        .fetchall()
    )
    moves = np.zeros((9, 9))
    for before, after, count in rows:
        moves[before, after] = count
    return _shares(moves)


def test_the_panel_is_the_published_one(panel: np.ndarray) -> None:
    assert panel.shape == (3, 3)
    assert panel[0, 0] > 0.9
    assert panel[0, 2] < 0.001


def test_cards_roll_as_in_the_panel(usual: Tally, panel: np.ndarray) -> None:
    moves = usual.moves[CARD].copy()
    moves[CHARGED_OFF] = 0  # the panel has no account after charge-off
    assert (abs(_shares(moves) - panel) < MOVES_WITHIN).all()


@pytest.mark.parametrize(
    ("product", "stage", "low", "high"),
    [
        pytest.param(CARD, 0, 0.08, 0.15, id="early card"),
        pytest.param(CARD, 1, 0.04, 0.10, id="late card"),
        pytest.param(LOAN, 1, 0.04, 0.10, id="late loan"),
        pytest.param(MEDICAL, 1, 0.04, 0.10, id="late medical"),
        pytest.param(INVOICE, 0, 0.25, 0.35, id="business"),
    ],
)
def test_right_party_contacts_per_dial_are_as_published(
    usual: Tally, product: int, stage: int, low: float, high: float
) -> None:
    assert usual.dials[product, stage] > 300
    assert low <= usual.talks[product, stage] / usual.dials[product, stage] <= high


def test_promises_are_kept_as_published(usual: Tally) -> None:
    consumer = usual.kept[:INVOICE].sum() / usual.promises[:INVOICE].sum()
    business = usual.kept[INVOICE] / usual.promises[INVOICE]
    assert 0.50 <= consumer <= 0.65
    assert 0.60 <= business <= 0.80
    assert business > consumer
