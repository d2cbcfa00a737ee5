"""A test read day by day: what it says, when it says so, and that reading it changes nothing."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from arrears.experiments.looks import looks_so_far, planned_looks, points_to_come
from arrears.experiments.moments import Moments
from arrears.experiments.observed import Observed
from arrears.experiments.readout import readout
from tests.experiments.designs import changed, shared
from tests.experiments.played import played

END = date(2026, 12, 31)
DESIGN = changed(
    enrolment={"debtors": 2200},
    guardrails=[
        {"metric": "complaints", "margin": 0.06, "horizon_days": 7},
        {"metric": "contacts", "margin": 0.6, "horizon_days": 7},
    ],
)
EFFECT = {"challenger": 500.0}


@pytest.fixture(scope="module")
def better():
    return played(DESIGN, 1, cash=EFFECT)


def read(observed, as_of=END, design=DESIGN):
    return readout(design, observed, as_of=as_of)


def only(observed, as_of=END, design=DESIGN):
    return read(observed, as_of, design).challengers[0]


def test_a_challenger_that_collects_more_is_promoted_at_a_look_that_may(better):
    found = only(better)
    assert found.verdict.decision == "promote"
    assert found.looks[-1].may_promote
    assert found.decided_on == found.looks[-1].on
    assert found.adjusted.low > 0
    assert found.adjusted.p < 0.05
    assert not found.to_come


def test_however_strong_it_is_not_promoted_before_two_pay_cycles_and_a_month_end():
    found = only(played(DESIGN, 2, cash={"challenger": 5000.0}))
    assert found.verdict.decision == "promote"
    assert found.looks[-1].number == 5
    assert found.looks[3].found.z > 10


def test_a_challenger_that_collects_less_is_stopped_for_harm_early():
    found = only(played(DESIGN, 3, cash={"challenger": -1500.0}))
    assert found.verdict.decision == "stop_for_harm"
    assert "collects less" in found.verdict.reasons[0]
    assert found.looks[-1].number < 5


def test_harm_too_large_for_a_chance_to_be_a_number_is_harm():
    found = only(played(DESIGN, 3, cash={"challenger": -100_000.0}))
    assert found.verdict.decision == "stop_for_harm"
    assert found.looks[-1].number == 1


def test_arms_alike_end_without_a_difference_worth_having():
    found = only(played(DESIGN, 4))
    assert found.verdict.decision == "no_difference"
    assert found.adjusted is None or found.adjusted.low < 0 < found.adjusted.high


def test_a_difference_not_worth_having_ends_the_test_before_its_last_look():
    far = changed(enrolment={"debtors": 2200}, guardrails=[], primary={"smallest_effect_minor": 3000.0})
    found = only(played(far, 5), design=far)
    assert found.verdict.decision == "no_difference"
    assert found.looks[-1].number < 8
    assert found.looks[-1].at_most < 3000.0
    assert found.adjusted is None


def test_complaints_stop_the_test_on_a_day_between_looks():
    observed = played(DESIGN, 6, complaints={"challenger": 0.3})
    found = only(observed)
    assert found.verdict.decision == "stop_for_harm"
    assert found.verdict.reasons == ("complaints is worse by more than its margin",)
    assert found.decided_on < planned_looks(DESIGN)[0].on
    assert found.looks == ()
    assert only(observed, found.decided_on - timedelta(days=1)).verdict.decision == "continue"
    assert only(observed, found.decided_on).verdict.decision == "stop_for_harm"


def test_a_winner_with_an_open_guardrail_waits_and_says_why(better):
    without = replace(better, guarded={"complaints": better.guarded["complaints"]})
    found = only(without)
    assert found.verdict.decision == "continue", "what nobody could read is no reason to call it no better"
    assert found.verdict.reasons == ("contacts is not read yet: too few have matured, or the book tells nothing of it",)


def test_a_guardrail_that_the_book_told_late_changes_no_look_of_before(better):
    """While it was unread nothing could be promoted, and what came late promotes nothing of then."""
    looks = planned_looks(DESIGN)
    all_told = only(better)
    assert all_told.verdict.decision == "promote"
    late = looks[-1].on
    observed = replace(better, counts_from={"contacts": dict.fromkeys(better.guarded["contacts"], late)})
    for look in looks[:-1]:
        assert only(observed, look.on).verdict.decision == "continue"
        assert only(observed, late).decided_on != look.on
    assert only(observed, late).decided_on == late


def test_lost_debtors_are_noticed_and_nobody_is_promoted():
    observed = played(DESIGN, 7, cash=EFFECT, per_day=80, served=0.7)
    found = read(observed)
    assert found.mismatch.found
    assert found.challengers[0].verdict.decision == "continue", "what cannot be believed waits for a person"
    assert "the arms do not hold their shares" in found.challengers[0].verdict.reasons[0]


def test_before_the_first_look_the_test_continues_and_shows_what_is_to_come(better):
    first = planned_looks(DESIGN)[0].on
    found = only(better, first - timedelta(days=1))
    assert (found.verdict.decision, found.looks, len(found.to_come)) == ("continue", (), 8)
    assert len(only(better, first).looks) == 1


def test_reading_on_more_days_takes_no_more_looks_and_moves_none(better):
    last = only(better)
    day = DESIGN.enrolment.starts
    while day < last.decided_on:
        day += timedelta(days=3)
        found = only(better, day)
        taken = [(look.number, look.found, look.low, look.high, look.information) for look in found.looks]
        whole = [(look.number, look.found, look.low, look.high, look.information) for look in last.looks]
        assert taken == whole[: len(taken)]


def test_what_has_not_matured_plays_no_part(better):
    day = planned_looks(DESIGN)[2].on
    closes = planned_looks(DESIGN)[2].closes
    early = replace(better, matured={on: each for on, each in better.matured.items() if on <= closes})
    assert only(better, day).looks == only(early, day).looks


def test_bounds_to_come_end_where_the_test_would_end_and_fall():
    taken = looks_so_far(DESIGN, played(DESIGN, 8), "challenger", as_of=planned_looks(DESIGN)[5].on)
    points = points_to_come(DESIGN, taken)
    assert len(points) == 2
    assert points[-1].information == 1.0
    assert points[0].high > points[1].high > 1.9


def test_once_all_the_planned_information_is_in_that_look_is_the_last():
    taken = looks_so_far(DESIGN, played(DESIGN, 9, per_day=70), "challenger", as_of=END)
    assert taken[-1].information == 1.0
    assert taken[-1].number == 5
    assert [look.is_last for look in taken] == [False] * 4 + [True]
    assert points_to_come(DESIGN, taken) == ()


def test_a_test_that_nobody_joins_any_more_still_ends():
    observed = played(DESIGN, 10)
    early = {day: each for day, each in observed.matured.items() if day < DESIGN.enrolment.starts + timedelta(days=14)}
    taken = looks_so_far(DESIGN, replace(observed, matured=early), "challenger", as_of=END)
    assert [look.number for look in taken] == [1, 2, 8]
    assert taken[-1].is_last


@pytest.mark.parametrize("arm", ["champion", "challenger"])
def test_a_look_without_two_debtors_in_each_arm_is_no_look_and_guards_nothing(better, arm):
    day = DESIGN.enrolment.starts

    def lonely(moments):
        return Moments(moments.columns, {cell: each for cell, each in moments.cells.items() if cell[0] == arm})

    one_arm = Observed(
        {day: lonely(better.matured[day])},
        {name: {day: lonely(days[day])} for name, days in better.guarded.items()},
    )
    assert looks_so_far(DESIGN, one_arm, "challenger", as_of=END) == ()
    assert only(one_arm).guardrails == ()
    assert only(one_arm).verdict.decision == "continue"


def test_two_challengers_share_the_error_and_are_each_judged():
    design = changed(arms=shared(0.4, 0.3, 0.3), enrolment={"debtors": 2200}, guardrails=[], strata=[])
    found = read(played(design, 12, cash={"challenger2": 4000.0}, per_day=60), design=design).challengers
    assert [each.arm for each in found] == ["challenger1", "challenger2"]
    assert found[1].verdict.decision == "promote"
    assert found[0].verdict.decision != "promote"
    alone = changed(enrolment={"debtors": 2200}, guardrails=[])
    assert found[0].looks[-1].low < looks_so_far(alone, played(alone, 12), "challenger", as_of=END)[-1].low


def test_further_metrics_are_corrected_for_their_number(better):
    both = changed(enrolment={"debtors": 2200}, secondary=["cash_per_minute", "minutes"])
    found = only(played(both, 1, cash=EFFECT), design=both).secondary
    assert [each.metric for each in found] == ["cash_per_minute", "minutes"]
    least = min(found, key=lambda each: each.found.p)
    assert least.p_corrected == pytest.approx(2 * least.found.p)


@pytest.mark.parametrize("arm", [None, "challenger"])
def test_a_further_metric_with_nothing_to_divide_by_hides_neither_the_verdict_nor_the_others(arm):
    """Whose calls a dialer makes has no minutes at the desk."""
    both = DESIGN.model_copy(update={"secondary": ("cash_per_minute", "contacts")})
    found = played(both, 1, cash=EFFECT, no_minutes_of=arm)
    told = only(found, design=both)
    assert told.verdict.decision == "promote"
    (contacts,) = told.secondary
    assert contacts.metric == "contacts"
    assert contacts.p_corrected == pytest.approx(min(2 * contacts.found.p, 1.0)), "the family is the design's"


def test_without_further_metrics_or_guardrails_there_are_none():
    bare = changed(enrolment={"debtors": 2200}, secondary=[], guardrails=[])
    found = only(played(bare, 1, cash=EFFECT), design=bare)
    assert (found.secondary, found.guardrails) == ((), ())
    assert found.verdict.decision == "promote"


def test_guardrails_tell_every_day_and_the_latest(better):
    found = only(better, planned_looks(DESIGN)[0].on)
    days = found.guardrail_days[0]
    assert [each.day for each in days] == sorted({each.day for each in days})
    assert days[-1] == found.guardrails[0]
    assert days[-1].high - days[-1].low < days[3].high - days[3].low


def test_what_is_written_down_does_not_grow_with_the_days_of_a_guardrail():
    long = changed(enrolment={"debtors": 2200, "weeks": 16})
    observed = played(long, 1)
    early, late = (read(observed, first + timedelta(days=50), design=long) for first in (DESIGN.enrolment.starts, END))
    (few,), (many,) = (each.challengers[0].guardrail_days[:1] for each in (early, late))
    assert len(many) > 2 * len(few) > 48
    lines = [each.document()["challengers"][0]["guardrail_lines"]["complaints"] for each in (early, late)]
    assert [len(line) for line in lines] == [24, 24]
    for line, days in zip(lines, (few, many), strict=True):
        assert [line[0]["day"], line[-1]["day"]] == [days[0].day.isoformat(), days[-1].day.isoformat()]
        assert line[-1]["worse"] == days[-1].worse


def test_the_day_that_broke_a_guardrail_first_is_written_down():
    harm = played(DESIGN, 5, complaints={"champion": 0.01, "challenger": 0.4})
    told = read(harm).document()["challengers"][0]
    days = only(harm).guardrail_days[0]
    first = next(each for each in days if each.broken)
    assert [(each["metric"], each["day"]) for each in told["broken_first"]] == [("complaints", first.day.isoformat())]
    assert read(played(DESIGN, 1)).document()["challengers"][0]["broken_first"] == []


def test_a_metric_of_which_more_is_better_is_worse_where_less_comes():
    design = changed(
        enrolment={"debtors": 2200}, guardrails=[{"metric": "cash_per_minute", "margin": 50.0, "horizon_days": 7}]
    )
    found = only(played(design, 13, cash={"challenger": -3000.0}), date(2026, 7, 10), design=design)
    assert found.guardrails[0].worse > 0
    assert found.verdict.decision == "stop_for_harm"


def test_the_document_is_plain_json_with_null_where_there_is_no_bound(better):
    told = json.loads(json.dumps(read(better).document(), allow_nan=False))
    first = told["challengers"][0]["looks"][0]
    assert first["high"] is None
    assert first["low"] < -2
    assert first["on"] == "2026-07-12"
    assert told["challengers"][0]["verdict"]["decision"] == "promote"
    assert told["fingerprint"] == DESIGN.fingerprint
