"""What a simulation sees of a world is what a lake of the same world tells, and nothing of the truth."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from arrears.clock import SystemClock
from arrears.lake import Lake
from arrears.loading import load
from arrears.policy import codes
from arrears.policy.tightened import limits_of_house
from arrears.synthetic import Setting, World, make, setting
from arrears.synthetic.policy import decide
from features.build import plan
from features.delinquency import positions_plan
from features.snapshots import on_days
from serving.gate.book import questions, read_book
from serving.gate.may_we import judge_day, read_facts, served_day
from training.simulation.gate import Asked, Gate
from training.simulation.morning import morning_of
from training.simulation.observed import Observed
from training.simulation.simulate import settings_of_world

DEBTORS, DAYS, SEED = 700, 200, 5
LOOKED_AT = (120, 199)
OF_ACCOUNT = (
    "days_past_due",
    "past_due_minor",
    "balance_minor",
    "cycles_late_last",
    "cycles_late_previous",
    "days_since_opened",
    "paid_30d_minor",
    "paid_90d_minor",
    "paid_count_90d",
    "days_since_last_paid",
)
OF_DEBTOR = (
    "contact_attempt_count_7d",
    "contact_attempt_count_30d",
    "contact_attempt_count_90d",
    "call_answered_share_90d",
    "days_since_last_contact_attempt",
    "rpc_count_30d",
    "rpc_count_90d",
    "days_since_last_rpc",
    "inbound_count_7d",
    "inbound_count_30d",
    "inbound_count_90d",
    "days_since_last_inbound",
    "promise_count_365d",
    "promise_broken_count_180d",
    "promise_kept_share_180d",
    "promise_open_minor",
    "days_since_last_promise",
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("observed")
    make(folder / "book", folder / "truth", debtors=DEBTORS, days=DAYS, seed=SEED)
    load(folder / "book", folder / "lake", SystemClock())
    return Lake(folder / "lake")


@pytest.fixture(scope="module")
def seen() -> dict[int, Observed]:
    """What was observed by the end of each day that is looked at."""
    world = World.new(setting(debtors=DEBTORS, days=DAYS, seed=SEED))
    observed, kept = Observed(world.setting, settings_of_world(world.setting.given)), {}
    for day in range(DAYS):
        actions, _ = decide(world)
        observed.see(world.step(day, actions))
        if day in LOOKED_AT:
            kept[day] = observed.copy()
    return kept


@pytest.mark.parametrize("day", LOOKED_AT)
def test_every_feature_that_both_have_is_the_lakes(lake: Lake, seen: dict[int, Observed], day: int) -> None:
    observed = seen[day]
    morning = morning_of(observed, observed.past_due_groups())
    features = plan(lake.present, lake.settings)
    with lake.connect() as con:
        on_days(con, lake.settings, [observed.made.calendar.on(day)])
        told = features.run(con)
    rows = of_accounts(told["account_id"], morning.accounts)
    assert len(morning) > 60
    for name in (*OF_ACCOUNT, *OF_DEBTOR):
        ours = morning.x[:, morning.names.index(name)]
        theirs = told[name].cast(pa.float64()).to_numpy()[rows]
        np.testing.assert_allclose(ours, theirs, err_msg=f"{name} by the end of day {day}")


@pytest.mark.parametrize("day", LOOKED_AT)
def test_the_same_accounts_are_past_due_in_the_same_buckets(lake: Lake, seen: dict[int, Observed], day: int) -> None:
    observed = seen[day]
    with lake.connect() as con:
        on_days(con, lake.settings, [observed.made.calendar.on(day)])
        told = positions_plan(lake.present, lake.settings).run(con)
    everybody = np.arange(len(observed.made.accounts))
    opened = everybody[observed.made.accounts.opened <= day]
    ranks = ["CURRENT", "1-29", "30-59", "60-89", "90-119", "120-149", "150-179", "180+", "CHARGED_OFF"]
    bucket = np.asarray(told["bucket"].to_pylist(), dtype=object)[of_accounts(told["account_id"], opened)]
    ours = observed.standing.position(opened).bucket_rank
    known = np.asarray([ranks.index(one) if one in ranks else -1 for one in bucket])
    # A bankrupt account leaves the book; here the conduct gate holds it.
    stopped = observed.blocks.stopped(observed.made.accounts.debtor[opened], day)
    np.testing.assert_array_equal(ours[~stopped], known[~stopped])


@pytest.mark.parametrize("day", LOOKED_AT)
def test_the_gate_says_of_a_call_what_a_night_says(lake: Lake, seen: dict[int, Observed], day: int) -> None:
    observed = seen[day]
    made, morning = observed.made, morning_of(observed, observed.past_due_groups())
    (ours,) = Gate(made, lake.settings).judge([Asked(observed, morning.groups, morning.accounts)])
    number = observed.blocks.best_number(morning.debtors)
    open_calls = calls_open_by_night(lake, made.calendar.on(day))
    # A group stands for all of its accounts here, and each by itself in a night: where there is one, they are the same.
    alone = np.flatnonzero(np.diff(made.accounts.group_start)[morning.groups] == 1)
    assert 10 < ours.allowed[alone].sum() < len(alone)
    for row in alone.tolist():
        way = (f"A{morning.accounts[row]:07d}", f"TD{morning.debtors[row]:07d}-{number[row] + 1}")
        assert ours.allowed[row] == (way in open_calls), way


def test_what_no_table_tells_changes_nothing(seen: dict[int, Observed]) -> None:
    honest = seen[LOOKED_AT[0]]
    world = World.new(setting(debtors=DEBTORS, days=DAYS, seed=SEED))
    blinded = Observed(otherwise(world.setting), settings_of_world(world.setting.given))
    for day in range(LOOKED_AT[0] + 1):
        actions, _ = decide(world)
        blinded.see(world.step(day, actions))
    groups = honest.past_due_groups()
    np.testing.assert_array_equal(groups, blinded.past_due_groups())
    np.testing.assert_array_equal(morning_of(honest, groups).x, morning_of(blinded, groups).x)


def test_a_copy_goes_its_own_way(seen: dict[int, Observed]) -> None:
    observed = seen[LOOKED_AT[0]]
    before = morning_of(observed, observed.past_due_groups())
    world = World.new(setting(debtors=DEBTORS, days=DAYS, seed=SEED))
    happened = None
    for day in range(LOOKED_AT[0] + 2):
        actions, _ = decide(world)
        happened = world.step(day, actions)
    copy = observed.copy()
    assert happened is not None
    copy.see(happened)
    after = morning_of(observed, observed.past_due_groups())
    np.testing.assert_array_equal(before.x, after.x)
    assert copy.day == observed.day + 1


def calls_open_by_night(lake: Lake, as_of: date) -> set[tuple[str, str]]:
    """Accounts and the numbers of their primary debtors that a night lets call on the next business day."""
    asked, day = questions(lake.present, lake.settings), served_day(as_of, lake.settings)
    with lake.connect() as con:
        book = read_book(con, asked, as_of)
        facts = read_facts(con, asked.conduct, lake.settings, book.positions, at=book.cutoff, limits_on=day)
    told = judge_day(facts, limits_of_house(lake.settings.conduct), day)
    asks = facts.asks
    own = asks.person == facts.accounts.person[asks.account]
    rows = np.flatnonzero(~told.held & own & (asks.channel == codes.CHANNEL.of("call")))
    return set(zip(facts.accounts.id[asks.account[rows]], facts.points.id[asks.point[rows]], strict=True))


def of_accounts(ids: pa.ChunkedArray, accounts: np.ndarray) -> np.ndarray:
    """The rows of a table that are about these accounts."""
    wanted = pa.array([f"A{account:07d}" for account in accounts.tolist()])
    return np.asarray(pc.index_in(wanted, value_set=ids.combine_chunks()))


def otherwise(made: Setting) -> Setting:
    """A setting with other traits, other luck in life and other owners of its numbers."""
    people, numbers = made.people, made.numbers
    hidden = ("willing", "warmth", "answering")
    traits = {name: -getattr(people, name) for name in hidden} | {
        "hours": people.hours[::-1],
        "prickly": ~people.prickly,
    }
    assert set(traits) <= {field.name for field in fields(people)}
    return replace(
        made,
        people=replace(people, **traits),
        numbers=replace(numbers, theirs=~numbers.theirs),
        moods=None,
        shocks=None,
    )
