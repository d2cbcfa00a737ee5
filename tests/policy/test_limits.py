"""Limits as data: dated, sourced, believed only when whole."""

from datetime import date

import pytest

from arrears.errors import BadInput
from arrears.policy.limits import PROFILES, limits_of, read_limits
from arrears.policy.rules import RULES

ONE = {
    "rule": '"RF-01"',
    "name": '"calls"',
    "value": "7",
    "unit": '"calls"',
    "kind": '"law"',
    "clause": '"12 CFR 1"',
    "link": '"https://example.org"',
    "from": "2020-01-01",
}


def toml(*limits):
    return "\n".join(
        "[[limit]]\n" + "\n".join(f"{name} = {value}" for name, value in limit.items()) for limit in limits
    )


def test_a_whole_limit_is_read():
    (limit,) = limits_of(toml(ONE), where="a test")
    assert (limit.value, limit.from_) == (7, date(2020, 1, 1))


@pytest.mark.parametrize("missing", list(ONE))
def test_a_limit_that_lacks_anything_refuses_to_load(missing):
    with pytest.raises(BadInput):
        limits_of(toml({name: value for name, value in ONE.items() if name != missing}), where="a test")


@pytest.mark.parametrize(
    "changed",
    [
        {"clause": '""'},
        {"link": '"somewhere"'},
        {"kind": '"custom"'},
        {"rule": '"XX-01"'},
        {"roles": '["fourth_party"]'},
        {"place": '"Texas"'},
        {"surprise": "1"},
        {"to": "2019-12-31"},
        {"on_missing": '"allow"'},
    ],
)
def test_a_limit_that_cannot_be_believed_refuses_to_load(changed):
    with pytest.raises(BadInput):
        limits_of(toml(ONE | changed), where="a test")


def test_one_value_twice_on_a_day_is_refused_and_one_after_the_other_is_not():
    with pytest.raises(BadInput):
        limits_of(toml(ONE | {"to": "2021-01-01"}, ONE | {"from": "2021-01-01"}), where="a test")
    assert len(limits_of(toml(ONE | {"to": "2020-12-31"}, ONE | {"from": "2021-01-01"}), where="a test")) == 2


@pytest.mark.parametrize(("day", "value"), [(date(2021, 11, 29), None), (date(2021, 11, 30), 7)])
def test_a_value_stands_from_its_first_day(day, value):
    assert read_limits(("us_federal",)).value_on(day, "RF-01", "calls") == value


@pytest.mark.parametrize(("day", "value"), [(date(2026, 8, 31), 2), (date(2026, 9, 1), 3)])
def test_new_york_citys_cap_changes_with_the_law(day, value):
    scopes = [each for each in read_limits(("us_states",)).scopes("ST-01", day) if each.place == "US-NY-NYC"]
    assert value in {number for each in scopes for number in each.values.values()}


def test_a_profile_that_nobody_wrote_is_refused():
    with pytest.raises(BadInput, match="moon"):
        read_limits(("moon",))


def test_every_rule_has_a_limit_or_needs_none():
    limited = {limit.rule for _, limit in read_limits(PROFILES).all}
    assert {rule.id for rule in RULES if not rule.always} <= limited


def test_every_limit_speaks_to_a_rule():
    known = {rule.id for rule in RULES} | {"FL-01"}  # what no feature may read is asked by models
    assert {limit.rule for _, limit in read_limits(PROFILES).all} <= known


def test_the_register_is_built():
    asked = {f"RF-{number:02}" for number in range(1, 19)} | {f"TC-{number:02}" for number in range(1, 5)}
    asked |= {f"ST-{number:02}" for number in range(1, 5)} | {f"LS-{number:02}" for number in range(1, 9)}
    asked |= {"HC-02", "HC-04", "HC-05", "B2-01", "B2-02", "B2-03", "B2-05", "FC-01", "FC-02", "FC-03"}
    asked |= {f"UK-{number:02}" for number in range(1, 5)}
    assert asked - {rule.id for rule in RULES} == set()


def test_what_is_written_from_memory_can_be_listed():
    assert any(limit.verify for _, limit in read_limits(PROFILES).all)


def test_the_united_kingdom_is_off_until_it_is_chosen():
    from arrears.settings import default_settings

    assert "uk" not in default_settings().conduct.profiles
