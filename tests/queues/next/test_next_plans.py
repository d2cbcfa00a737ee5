"""Plans as their instalments pass: what comes next, since when the debtor is behind, and when to agree anew."""

import numpy as np
import pytest

from arrears.queues.next.plans import STATE, Plans, plans
from arrears.queues.next.promises import SINGLE, STATUS, Promises
from tests.queues.next.told import house


def told(*rows: str, arrangement=None, settings=None) -> Plans:
    """Plans of rows like `2026-05-01 broken 0`: the day, the status and what came in of 5,000."""
    cells = [row.split() for row in rows]
    due = np.array([cell[0] for cell in cells], "M8[D]")
    count = len(rows)
    return plans(
        Promises(
            group=np.zeros(count, np.int64),
            made_on=due,
            due_on=due,
            grace_ends_on=due,
            amount_minor=np.full(count, 5_000),
            kept_minor=np.array([int(cell[2]) for cell in cells], np.int64),
            status=STATUS.array([cell[1] for cell in cells]),
            arrangement=np.array(arrangement if arrangement is not None else [7] * count, np.int64),
        ),
        settings or house(),
    )


KEPT, OPEN, OPEN_2 = "2026-05-01 kept 5000", "2026-06-01 open 0", "2026-07-01 open 0"
BROKEN, PARTLY = "2026-04-01 broken 0", "2026-04-15 partly_kept 2000"


@pytest.mark.parametrize(
    ("rows", "state", "to_replan"),
    [
        ([KEPT, OPEN], "on_course", False),
        ([BROKEN, KEPT, OPEN], "behind", False),
        ([PARTLY, KEPT, OPEN], "behind", False),
        ([BROKEN, PARTLY, OPEN], "behind", True),  # two are short
        ([KEPT, KEPT], "complete", False),
        ([KEPT, PARTLY], "ended", True),  # nothing is to come that could mend it
        ([BROKEN, PARTLY], "ended", True),
    ],
)
def test_a_plan_stands_as_its_instalments_do(rows, state, to_replan):
    plan = told(*rows)
    assert [STATE.name(code) for code in plan.state] == [state]
    assert plan.to_replan.tolist() == [to_replan]


def test_the_first_instalment_not_kept_is_since_when_it_is_not_complied_with():
    assert str(told(PARTLY, BROKEN, OPEN).short_since[0]) == "2026-04-01"
    assert np.isnat(told(KEPT, OPEN).short_since[0])


def test_what_is_missing_is_summed():
    assert told(BROKEN, PARTLY, OPEN).short_minor.tolist() == [8_000]


def test_the_next_instalment_is_the_earliest_that_is_open():
    assert told(OPEN_2, KEPT, OPEN).next_promise.tolist() == [2]
    assert told(KEPT).next_promise.tolist() == [-1]


def test_of_two_instalments_on_one_day_the_first_is_next():
    assert told(OPEN_2, OPEN, OPEN).next_promise.tolist() == [1]


def test_instalments_are_counted():
    plan = told(KEPT, KEPT, BROKEN, OPEN)
    counts = (plan.kept_count, plan.short_count, plan.open_count)
    assert [count.tolist() for count in counts] == [[2], [1], [1]]


def test_each_plan_is_told_apart_and_promises_that_are_no_plan_are_left_out():
    found = told(OPEN, BROKEN, KEPT, BROKEN, arrangement=[9, 4, SINGLE, SINGLE])
    assert found.arrangement.tolist() == [4, 9]
    assert [STATE.name(code) for code in found.state] == ["ended", "on_course"]
    assert found.next_promise.tolist() == [-1, 0]


@pytest.mark.parametrize(("after", "to_replan"), [(1, True), (2, False)])
def test_a_house_says_after_how_many_another_plan_is_due(after, to_replan):
    assert told(BROKEN, OPEN, settings=house(replan_after_broken=after)).to_replan.tolist() == [to_replan]


def test_a_book_without_plans_has_none():
    assert len(told(KEPT, arrangement=[SINGLE]).arrangement) == 0
    assert len(told().arrangement) == 0
