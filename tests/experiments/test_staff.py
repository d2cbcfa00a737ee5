"""Collectors of a test whose arms have staff of their own: dealt evenly, by lot, and for as long as it runs."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.errors import BadInput, Refused
from arrears.experiments import history, life, records
from arrears.experiments.staff import LEAST, Staff, dealt
from tests.experiments.designs import changed, shared

NOW = datetime(2026, 5, 30, 8, tzinfo=UTC)
BY: dict[str, Any] = {"at": NOW, "by": "strategist"}
SEPARATE = changed(staff="separate")


def team(count):
    return [f"C{number}" for number in range(1, count + 1)]


def test_the_lots_are_the_documented_ones():
    """SHA-256 of `arrears experiment`, 1F, `collector`, 1F, the salt, 1F, the id; four bytes as a share of 10,000."""
    import hashlib

    for name in team(5):
        told = "\x1f".join(("arrears experiment", "collector", SEPARATE.salt, name)).encode()
        lot = int.from_bytes(hashlib.sha256(told).digest()[:4], "big") * 10_000 >> 32
        assert Staff(SEPARATE, {}).arms([name]) == ["champion" if lot < 5000 else "challenger"]


@given(st.integers(20, 90), st.sampled_from([(0.5, 0.5), (0.4, 0.6), (0.25, 0.75), (0.4, 0.3, 0.3)]))
def test_those_who_are_there_are_dealt_as_the_shares_say(count, shares):
    design = changed(staff="separate", arms=shared(*shares))
    if count * min(shares) < LEAST + 1:
        return
    counts = Counter(dealt(design, team(count)).values())
    for arm in design.arms:
        assert abs(counts[arm.name] - arm.share * count) < 1


def test_the_order_in_which_the_team_is_told_changes_nothing():
    assert dealt(SEPARATE, team(24)) == dealt(SEPARATE, [*reversed(team(24)), "C1"])


@pytest.mark.parametrize(("count", "starts"), [(2 * LEAST, True), (2 * LEAST - 1, False), (0, False)])
def test_an_arm_of_fewer_than_ten_collectors_does_not_start(count, starts):
    if starts:
        assert Counter(dealt(SEPARATE, team(count)).values()) == {"champion": LEAST, "challenger": LEAST}
        return
    with pytest.raises(Refused, match=rf"{count} collectors in the team, by the shares champion \d+, challenger \d+"):
        dealt(SEPARATE, team(count))


def test_uneven_shares_tell_how_many_collectors_it_takes():
    with pytest.raises(Refused, match="about 50 collectors"):
        dealt(changed(staff="separate", arms=shared(0.8, 0.2)), team(30))


def test_whoever_was_dealt_stays_and_whoever_joins_later_is_drawn():
    first = dealt(SEPARATE, team(20))
    staff = Staff(SEPARATE, first)
    assert staff.arms(team(20)) == [first[name] for name in team(20)]
    joined = [f"N{number}" for number in range(400)]
    arms = staff.arms(joined)
    assert arms == staff.arms(joined)
    assert 160 < Counter(arms)["champion"] < 240
    assert staff.arms([*joined, *team(20)])[:400] == arms, "who else is there changes nothing"


def test_a_version_that_follows_cannot_have_staff_of_its_own():
    with pytest.raises(BadInput, match="a collector stays with an arm"):
        changed(staff="separate", version=2, predecessor=1)


def test_the_start_keeps_who_works_which_arm(database):
    with database.begin() as connection:
        life.plan(connection, SEPARATE, evidence={}, **BY)
        test = records.find(connection, SEPARATE.name)
        with pytest.raises(Refused, match="0 collectors"), connection.begin_nested():
            life.start(connection, test, because="ready", **BY)
        life.start(connection, test, because="ready", team=team(20), **BY)
        staff = life.staff_of(connection, records.find(connection, SEPARATE.name))
    assert staff.dealt == dealt(SEPARATE, team(20))


def test_where_everybody_works_all_arms_nobody_is_dealt(database):
    with database.begin() as connection:
        life.plan(connection, changed(), evidence={}, **BY)
        test = records.find(connection, "earlier_calls")
        life.start(connection, test, because="ready", **BY)
        assert life.staff_of(connection, test) is None
        assert history.newest(connection, test.experiment_id, "started").evidence == {}
