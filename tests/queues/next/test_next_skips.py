"""Skips: what each costs, who gets the item, and when it may come back to who did not want it."""

import pytest

from arrears.errors import Refused, WrongUse
from arrears.queues.next.outcome import History
from arrears.queues.next.skips import reasons, skip
from tests.queues.next.told import NEW_YORK, clock, house, shown


def skipped(reason: str, at: str = "2026-06-02 09:30", settings=None, language=None, **history):
    return skip(reason, History(**history), clock(at), NEW_YORK, settings or house(), language=language)


# reason | cost | to | ready | barred until
EVERY_REASON = """
language             | 0 | team  | Tue 2026-06-02 09:30 | Tue 2026-06-09 00:00
conflict_of_interest | 0 | team  | Tue 2026-06-02 09:30 | Wed 2027-06-02 00:00
needs_research       | 1 | owner | Wed 2026-06-03 08:00 | never
too_hard             | 1 | team  | Tue 2026-06-02 09:30 | Wed 2026-06-03 00:00
called_recently      | 1 | team  | Tue 2026-06-02 13:30 | Wed 2026-06-03 00:00
other                | 1 | team  | Tue 2026-06-02 13:30 | Wed 2026-06-03 00:00
"""
LINES = [[cell.strip() for cell in line.split("|")] for line in EVERY_REASON.strip().splitlines()]


@pytest.mark.parametrize(("reason", "cost", "to", "ready", "barred"), LINES, ids=[line[0] for line in LINES])
def test_every_reason_says_what_follows(reason, cost, to, ready, barred):
    then = skipped(reason)
    assert [str(then.cost), then.to, shown(then.ready_at), shown(then.barred_until)] == [cost, to, ready, barred]


def test_the_table_above_is_whole():
    assert [line[0] for line in LINES] == list(reasons())


def test_a_language_that_is_known_finds_who_speaks_it():
    then = skipped("language", language="ZH")
    assert (then.to, then.skill) == ("skill", "language:zh")


def test_other_reasons_find_no_language():
    assert skipped("too_hard", language="zh").skill == ""


@pytest.mark.parametrize(("spent", "left"), [(0, 4), (3, 1), (4, 0)])
def test_a_skip_takes_one_from_the_days(spent, left):
    assert skipped("too_hard", skips_today=spent).left == left


def test_the_sixth_skip_of_a_day_is_refused():
    with pytest.raises(Refused, match="5 of 5"):
        skipped("too_hard", skips_today=5)


@pytest.mark.parametrize("reason", ["language", "conflict_of_interest"])
def test_what_costs_nothing_is_never_refused(reason):
    then = skipped(reason, skips_today=5)
    assert (then.cost, then.left) == (0, 0)


def test_a_house_without_skips_still_allows_those_that_cost_nothing():
    none = house(skip_budget=0)
    assert skipped("language", settings=none).left == 0
    with pytest.raises(Refused):
        skipped("other", settings=none)


def test_a_reason_that_does_not_exist_is_refused():
    with pytest.raises(WrongUse, match="no such reason"):
        skipped("friday")


def test_a_skipped_item_keeps_its_lane():
    assert skipped("too_hard", lane="dispute").lane == "dispute"


def test_a_skip_after_two_tries_waits_for_another_day():
    assert shown(skipped("called_recently", tries_today=2).ready_at) == "Wed 2026-06-03 08:00"


def test_a_collector_is_barred_by_the_days_of_the_desk():
    # Half past eleven in the evening of the 2nd in New York is the 3rd in Taipei, where the desk is.
    then = skipped("too_hard", "2026-06-02 23:30", settings=house(zone="Asia/Taipei", country="TW"))
    assert then.barred_until is not None
    assert then.barred_until.isoformat() == "2026-06-04T00:00:00+08:00"
