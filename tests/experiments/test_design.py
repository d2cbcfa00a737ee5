"""What a design refuses, with the numbers, and what never changes in it."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from arrears.errors import BadInput, Refused, WrongUse
from arrears.experiments.design import design_of, read_design, read_design_file, refuse_edit
from arrears.experiments.example import EXAMPLE
from arrears.experiments.schedule import Enrolment, Watch, looks
from arrears.experiments.succession import refuse_another_test, refuse_overlap, runs_until, successor
from tests.experiments.designs import changed, shared


def arm(name="champion", **parts):
    return {"name": name, "role": name, "share": 0.5, "strategy": "value_at_risk/1"} | parts


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"arms": shared(0.5, 0.4)}, r"shares sum to 0\.9, not 1 \(champion 0\.5, challenger1 0\.4\)"),
        ({"arms": shared(0.50005, 0.49995)}, "ten-thousandths above 0, and that of champion, challenger1 is not"),
        ({"arms": shared(1.0, 0.0)}, "ten-thousandths above 0, and that of challenger1 is not"),
        ({"arms": [arm(), arm()]}, "two arms are named champion; 2 of 2 arms are the champion"),
        ({"arms": [arm("challenger"), arm("other", role="challenger")]}, "0 of 2 arms are the champion"),
        ({"arms": shared(1.0)}, "arms: must be at least 2 of them, and is 1"),
        ({"arms": [arm(), arm("challenger", model="propensity/3")]}, "names both a strategy and model"),
        ({"arms": [arm(), arm("challenger", strategy=None)]}, "names no strategy and model"),
        ({"primary": {"metric": "happiness"}}, "happiness may not decide a test; there are net_cash, net_roll_money"),
        ({"primary": {"metric": "cash_per_minute"}}, "cash_per_minute may not decide a test"),
        ({"secondary": ["happiness"]}, "happiness is no metric; there are net_cash"),
        ({"secondary": ["net_cash"]}, "a metric is named twice in net_cash, net_cash"),
        ({"guardrails": [{"metric": "joy", "margin": 1.0, "horizon_days": 3}]}, "joy is no metric"),
        ({"guardrails": [{"metric": "contacts", "margin": 0.1, "horizon_days": 3}] * 2}, "a guardrail is named twice"),
        ({"covariates": [{"name": "score"}] * 2}, "a covariate is named twice in score, score"),
        ({"exclusion": {"group": "g", "low": 0.5, "high": 0.5}}, "slots from 5000 up to 5000 of 10000 hold nobody"),
        ({"cohort": {"balance_bands_minor": []}}, "strata by balance_band, and no bands"),
        ({"cohort": {"balance_bands_minor": [2, 1]}}, "bands do not rise: 2, 1"),
        (
            {"enrolment": {"weeks": 3}},
            r"21 days of enrolment from 2026-06-01 to 2026-06-21 must hold two pay cycles \(28",
        ),
        (
            {"enrolment": {"weeks": 4}},
            r"28 days of enrolment from 2026-06-01 to 2026-06-28 must hold .* end of a month",
        ),
        ({"predecessor": 1}, "version 1 cannot follow version 1"),
        ({"surprise": 1}, "surprise: no such field; there are name"),
        ({"salt": "a\x1fb"}, "salt: must be at least one character, and no line breaks"),
    ],
)
def test_a_design_that_cannot_be_a_test_is_refused_with_the_numbers(parts, said):
    with pytest.raises(BadInput, match=said):
        changed(**parts)


def test_five_weeks_from_the_first_of_june_hold_two_pay_cycles_and_a_month_end():
    assert changed(enrolment={"weeks": 5}).enrolment.last_day == date(2026, 7, 5)


def test_a_design_cannot_be_changed_in_place():
    with pytest.raises(ValidationError, match="frozen"):
        read_design(EXAMPLE).version = 2


def test_a_recorded_design_is_read_back_whole():
    design = read_design(EXAMPLE)
    assert design_of(design.document()) == design
    assert design_of(design.document()).fingerprint == design.fingerprint


@pytest.mark.parametrize("parts", [{"arms": shared(0.6, 0.4)}, {"salt": "other"}, {"stop": {"alpha": 0.04}}])
def test_any_change_is_another_fingerprint_and_refused_once_started(parts):
    edited = changed(**parts)
    assert edited.fingerprint != read_design(EXAMPLE).fingerprint
    with pytest.raises(Refused, match=f"it has started, and {next(iter(parts))} would change"):
        refuse_edit(read_design(EXAMPLE), edited)


def test_no_toml_is_refused_by_its_line():
    with pytest.raises(BadInput, match=r"no TOML: .*line 2"):
        read_design("name = 'x'\nversion = = 1")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"absent\.toml"):
        read_design_file(tmp_path / "absent.toml")


def test_a_file_is_read_as_its_text(tmp_path):
    file = tmp_path / "design.toml"
    file.write_text(EXAMPLE, encoding="utf-8")
    assert read_design_file(file) == read_design(EXAMPLE)


def test_columns_are_measured_once_with_the_cap_on_what_decides():
    told = [(column.name, column.scale, column.cap) for column in read_design(EXAMPLE).columns()]
    assert told == [
        ("net_cash_minor", 1, 250_000.0),
        ("minutes", 1000, None),
        ("balance_before_minor", 1, None),
        ("champion_score", 1_000_000, None),
    ]


def test_without_a_cap_nothing_is_capped():
    assert changed(primary={"cap_minor": None}).columns()[0].cap is None


def test_looks_are_weekly_on_matured_debtors_and_promote_only_after_whole_cycles():
    planned = looks(Enrolment(starts=date(2026, 6, 1), weeks=8, debtors=10), Watch(30, 5))
    assert [str(look.on) for look in planned[:2]] == ["2026-07-12", "2026-07-19"]
    assert [look.may_promote for look in planned] == [False] * 4 + [True] * 4
    assert [look.is_last for look in planned] == [False] * 7 + [True]


def follow(design, **parts):
    usual: dict[str, Any] = {
        "shares": {"champion": 0.2, "challenger": 0.8},
        "starts": date(2026, 6, 15),
        "weeks": 8,
        "debtors": 9000,
    }
    return successor(design, **(usual | parts))


def test_a_successor_says_what_it_follows_and_changes_nothing_but_shares_and_weeks():
    design = read_design(EXAMPLE)
    differ = {field for field, part in follow(design).document().items() if part != design.document()[field]}
    assert differ == {"version", "predecessor", "arms", "enrolment"}


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("salt", "another lot"),
        ("household_together", False),
        ("cohort", {"buckets": ["1-29"]}),
        ("primary", {"horizon_days": 29}),
    ],
)
def test_a_successor_that_compares_something_else_is_refused_with_what(part, changes):
    follows = follow(read_design(EXAMPLE)).document()
    other = follows | {part: follows[part] | changes if isinstance(changes, dict) else changes}
    with pytest.raises(Refused, match=rf"{part} would change, and earlier debtors keep the arms of earlier_calls/1"):
        refuse_another_test(design_of(other), read_design(EXAMPLE))


def test_a_successor_whose_arm_follows_another_strategy_is_refused_and_one_with_other_shares_is_not():
    follows = follow(read_design(EXAMPLE))
    refuse_another_test(follows, read_design(EXAMPLE))
    champion, challenger = follows.document()["arms"]
    other = follows.document() | {"arms": [champion, challenger | {"strategy": "other/1"}]}
    with pytest.raises(Refused, match="arms would change"):
        refuse_another_test(design_of(other), read_design(EXAMPLE))


@pytest.mark.parametrize("parts", [{"shares": {"champion": 1.0}}, {"starts": date(2026, 6, 1)}])
def test_a_successor_with_other_arms_or_no_later_start_is_refused(parts):
    with pytest.raises(WrongUse, match=r"earlier_calls/1[\s\S]*started on 2026-06-01"):
        follow(read_design(EXAMPLE), **parts)


def test_a_successor_whose_shares_do_not_sum_is_refused():
    with pytest.raises(BadInput, match=r"shares sum to 0\.9"):
        follow(read_design(EXAMPLE), shares={"champion": 0.1, "challenger": 0.8})


def other(**parts):
    return changed(name="letters", **parts)


def test_a_test_on_the_same_debtors_and_days_is_refused_with_both():
    with pytest.raises(
        Refused, match=r"letters/1 holds the same cohort for 91 days from 2026-06-01, by slots 0-9999 of June"
    ):
        refuse_overlap(read_design(EXAMPLE), [other()])


def test_without_a_group_nothing_keeps_tests_apart():
    with pytest.raises(Refused, match="0-9999 of no group"):
        refuse_overlap(read_design(EXAMPLE), [other(exclusion=None)])


@pytest.mark.parametrize(
    "parts",
    [
        {"cohort": {"buckets": ["90-119"]}},
        {"cohort": {"currency": "EUR"}},
        {"cohort": {"balance_from_minor": 10, "balance_below_minor": 10}},
        {"enrolment": {"starts": date(2026, 8, 31)}},
    ],
)
def test_tests_of_other_debtors_or_days_may_run(parts):
    refuse_overlap(read_design(EXAMPLE), [other(**parts)])


def test_a_day_earlier_they_overlap():
    first_day_after = changed(name="letters", enrolment={"starts": date(2026, 8, 30)})
    assert runs_until(read_design(EXAMPLE)) == date(2026, 8, 30)
    with pytest.raises(Refused, match="for 1 days from 2026-08-30"):
        refuse_overlap(read_design(EXAMPLE), [first_day_after])


@pytest.mark.parametrize(("low", "refused"), [(0.5, False), (0.4999, True)])
def test_slots_of_one_group_keep_tests_apart_exactly_when_they_do_not_meet(low, refused):
    lower = changed(exclusion={"group": "g", "low": 0.0, "high": 0.5})
    upper = other(exclusion={"group": "g", "low": low, "high": 1.0})
    if refused:
        with pytest.raises(Refused, match="4999-9999 of g against 0-4999 of g"):
            refuse_overlap(lower, [upper])
    else:
        refuse_overlap(lower, [upper])


@pytest.mark.parametrize(
    ("one", "two", "meet"),
    [
        ({"clients": ["A"]}, {"clients": ["B"]}, False),
        ({"clients": ["A"]}, {"clients": []}, True),
        ({"entry": "new"}, {"entry": "stock"}, False),
        ({"entry": "new"}, {"entry": "both"}, True),
        ({"balance_below_minor": 500}, {"balance_from_minor": 500}, False),
        ({"balance_below_minor": 501}, {"balance_from_minor": 500}, True),
    ],
)
def test_cohorts_meet_if_one_debtor_could_be_in_both(one, two, meet):
    first, second = (changed(cohort=each).cohort for each in (one, two))
    assert first.meets(second) is second.meets(first) is meet


def test_a_cohort_holds_exactly_who_fits_every_part_of_it():
    late = changed(
        cohort={"clients": ["A"], "entry": "new", "balance_from_minor": 10, "balance_below_minor": 20}
    ).cohort
    fits: dict[str, Any] = {"currency": "USD", "bucket": "30-59", "client": "A", "entry": "new", "balance_minor": 10}
    misses: list[dict[str, Any]] = [
        {"currency": "EUR"},
        {"bucket": "180+"},
        {"client": "B"},
        {"entry": "stock"},
        {"balance_minor": 9},
        {"balance_minor": 20},
    ]
    rows = [fits, *(fits | miss for miss in misses)]
    assert late.holds(**{name: [row[name] for row in rows] for name in fits}).tolist() == [True] + [False] * 6
