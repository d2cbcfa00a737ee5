"""The random holdout: drawn once an episode, the whole person, for ninety days, and the same in any process."""

import json
import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from arrears.queues.holdout import held_out, number, released_on

FIRST = date(2026, 6, 1)
MANY = np.array([f"D{place:05d}" for place in range(20_000)])
INSIDE = "D00142"


def began(day=FIRST, count=1):
    return np.full(count, np.datetime64(day, "D"))


def in_it(day, who=INSIDE, on=FIRST, share=0.01, days=90):
    return bool(held_out(np.array([who]), began(on), day, share=share, days=days)[0])


def test_of_twenty_thousand_episodes_the_share_is_drawn():
    assert held_out(MANY, began(count=len(MANY)), FIRST, share=0.01, days=90).mean() == pytest.approx(0.01, abs=0.002)


@pytest.mark.parametrize(
    ("ahead", "inside"), [(-1, False), (0, True), (1, True), (89, True), (90, False), (400, False)]
)
def test_a_debtor_is_in_it_from_the_episodes_first_day_and_released_on_the_ninetieth_after_it(ahead, inside):
    assert in_it(FIRST + timedelta(days=ahead)) is inside


@pytest.mark.parametrize(("days", "ahead", "inside"), [(1, 0, True), (1, 1, False), (7, 6, True), (7, 7, False)])
def test_how_long_is_a_setting(days, ahead, inside):
    assert in_it(FIRST + timedelta(days=ahead), days=days) is inside
    assert released_on(FIRST, days) == FIRST + timedelta(days=days)


def test_another_episode_of_the_same_debtor_is_another_draw():
    drawn = held_out(MANY, began(count=len(MANY)), FIRST, share=0.1, days=90)
    again = FIRST + timedelta(days=120)
    later = held_out(MANY, began(again, len(MANY)), again, share=0.1, days=90)
    assert (drawn & later).mean() == pytest.approx(0.01, abs=0.003), "a tenth of a tenth"


def test_a_share_draws_exactly_those_whose_number_is_below_it():
    own = number(INSIDE, FIRST)
    assert in_it(FIRST, share=np.nextafter(own, 1))
    assert not in_it(FIRST, share=own)
    assert not in_it(FIRST, share=0.0)


def test_a_larger_share_keeps_everybody_whom_a_smaller_one_drew():
    small, large = (held_out(MANY, began(count=len(MANY)), FIRST, share=share, days=90) for share in (0.01, 0.02))
    assert large[small].all()


def test_two_accounts_of_one_person_are_in_it_together_or_not_at_all():
    who = np.repeat(MANY[:2_000], 2)
    found = held_out(who, began(count=len(who)), FIRST, share=0.1, days=90)
    assert found.any()
    assert np.array_equal(found[::2], found[1::2])


def test_who_is_not_past_due_or_nobody_knows_since_when_is_never_in_it():
    nobody = np.full(len(MANY), np.datetime64("NaT"), "M8[D]")
    assert not held_out(MANY, nobody, FIRST, share=1.0, days=90).any()


VECTORS = {
    ("D1", FIRST): 0.6128488609791789,
    ("Müller 7", FIRST): 0.9937816002505373,
    ("a|b", FIRST): 0.5286609242790057,
}


def test_the_number_is_the_documented_one_in_another_process():
    asked = json.dumps([[who, str(day)] for who, day in VECTORS])
    code = (
        "import json, sys; from datetime import date; from arrears.queues.holdout import number;"
        f"print(json.dumps([number(who, date.fromisoformat(day)) for who, day in json.loads({asked!r})]))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == list(VECTORS.values())


def test_another_language_draws_the_same(database):
    sql = """
        SELECT ('x' || substr(encode(sha256(convert_to('holdout|' || :day || '|' || :who, 'UTF8')), 'hex'), 1, 13))
            ::bit(52)::bigint / 4503599627370496::double precision
    """
    with database.connect() as connection:
        for (who, day), told in VECTORS.items():
            assert connection.execute(text(sql), {"who": who, "day": str(day)}).scalar_one() == told
