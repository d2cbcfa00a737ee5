"""The file of outcomes is believed only when whole: an entry for every disposition, and nothing it does not know."""

import tomllib
from copy import deepcopy
from importlib.resources import files

import pytest

from arrears.errors import BadInput
from arrears.lanes import LANES
from arrears.queues.next.asked import asks
from arrears.queues.next.entries import DISPOSITIONS, entries, read
from arrears.queues.next.fields import FIELDS
from arrears.queues.next.outcome import Outcome
from tests.queues.next.told import house

SHIPPED = tomllib.loads(files("arrears.queues.next").joinpath("outcomes.toml").read_text(encoding="utf-8"))


def changed(*path: str, to) -> dict:
    """The shipped file with one value changed, or taken out where `to` is None."""
    document = deepcopy(SHIPPED)
    place = document
    for key in path[:-1]:
        place = place[key]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return document


def test_every_disposition_has_an_entry():
    assert sorted(entries()) == sorted(DISPOSITIONS)
    assert len(DISPOSITIONS) == 27


def test_every_key_is_one_letter_or_digit_of_its_own():
    keys = [entry.key for entry in entries().values()]
    assert sorted(keys) == sorted(set(keys))
    assert {len(key) for key in keys} == {1}


def test_every_question_is_a_field_of_an_outcome_and_is_asked_by_some():
    assert set(FIELDS) <= set(Outcome.__dataclass_fields__)
    assert {field.name for name in DISPOSITIONS for field in asks(name)} == set(FIELDS)


def test_every_question_that_takes_anothers_place_is_asked_beside_it():
    for name in DISPOSITIONS:
        asked = {field.name: field for field in asks(name)}
        assert [one.unless for one in asked.values() if one.required and one.unless and one.unless not in asked] in (
            [],
            ["whole"],  # an amount is asked of promises too, where nothing takes its place
        )


def test_nobody_is_asked_the_same_twice():
    for name in DISPOSITIONS:
        names = [field.name for field in asks(name)]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("lane", ["pay", "none"])
def test_lanes_are_those_of_the_house(lane):
    assert read(changed("outcomes", "busy", "lane", to=lane), where="a test").outcomes["busy"].lane == lane
    with pytest.raises(BadInput, match="no lane"):
        read(changed("outcomes", "busy", "lane", to="limbo"), where="a test")


def test_every_lane_is_one_of_thirteen():
    assert len(LANES) == 13
    assert {entry.lane for entry in entries().values()} <= {*LANES, "same", "none"}


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("outcomes", "busy"), None, "no entry for busy"),
        (("outcomes", "limbo"), SHIPPED["outcomes"]["busy"], "limbo is no disposition"),
        (("outcomes", "busy", "key"), "n", "key of two outcomes"),
        (("outcomes", "busy", "key"), "B", "key"),
        (("outcomes", "busy", "key"), None, "key"),
        (("outcomes", "busy", "colour"), "red", "colour"),
        (("outcomes", "busy", "to"), "skill", "to = skill needs the skill"),
        (("outcomes", "busy", "lane"), "", "lane is not empty"),
        (("outcomes", "busy", "point"), "next", "point = next needs without_point"),
        (("outcomes", "busy", "right_party"), "yes", "right_party = yes needs needs_verified"),
        (("outcomes", "busy", "needs_verified"), True, "needs_verified asks for verified_party"),
        (("outcomes", "busy", "connect"), ["engaged"], "engaged is no connect"),
        (("outcomes", "busy", "hold"), "grudge", "grudge is no kind of hold"),
        (("outcomes", "busy", "becomes"), ["point_lost"], "becomes"),
        (("outcomes", "busy", "required"), ["shoe_size"], "shoe_size is no field"),
        (("outcomes", "busy", "sentence"), "After {weeks} weeks.", "weeks is no number"),
        (("outcomes", "busy", "ready"), {"hours": 4, "days": 1}, "exactly one of"),
        (("outcomes", "busy", "ready"), {}, "exactly one of"),
        (("outcomes", "busy", "ready"), {"hours": 0}, "hours"),
        (("outcomes", "busy", "ready"), {"at": "now", "other_part": True}, "other_part goes with"),
        (("outcomes", "busy", "ready"), {"at": "callback_at"}, "asks for callback_at"),
        (("outcomes", "busy", "ready"), {"at": "broken"}, "needs a promise or a plan"),
        (("outcomes", "hung_up", "when"), [{"connect": "dropped", "lane": "limbo"}], "limbo is no lane"),
        (("outcomes", "hung_up", "when"), [{"mood": "bad"}], "mood"),
        (("skips", "other", "lane"), "limbo", "no lane"),
        (("skips", "other", "ready"), {"at": "broken"}, "no agreed moment and no promise"),
        (("skips", "other", "cost"), -1, "cost"),
        (("parts", "evening"), "20:00-04:00", "does not run over midnight"),
        (("parts", "evening"), "16:00-21:00", "follow each other"),
        (("whims",), {}, "whims"),
    ],
)
def test_what_does_not_hang_together_is_refused_by_name(path, to, said):
    with pytest.raises(BadInput) as refused:
        read(changed(*path, to=to), where="a test")
    assert said in refused.value.found


def test_a_house_changes_what_it_names_and_nothing_else():
    settings = house(outcomes={"refused": {"ready": {"days": 14}, "sentence": "In {days} days."}})
    own, shipped = entries(settings.desk.outcomes), entries()
    assert own["refused"].ready.days == 14
    assert {name for name in DISPOSITIONS if own[name] != shipped[name]} == {"refused"}


def test_a_change_of_a_house_that_does_not_hang_together_is_refused():
    settings = house(outcomes={"refused": {"key": "n"}})
    with pytest.raises(BadInput, match="key of two outcomes"):
        entries(settings.desk.outcomes)
