"""What a strategy would have collected, learned from recorded nights: right where the truth is known, else refused."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from arrears.errors import Refused
from arrears.lake import Lake
from arrears.queues.strategy import strategy
from commands.evaluate_policy import _said
from commands.main import main
from serving.night.nightly import build_by_champions, run_night
from tests.night.desk_book import AS_OF, DAY, StandingClock, account, lake_of, people, statement
from tests.training.logged_nights import (
    DAYS,
    DEBTORS,
    FIRST_DAY,
    REACHED,
    SHARE,
    known_book,
    known_lake,
    working_days,
    write_nights,
)
from training.policy_value.evaluation import evaluated
from training.policy_value.learning import NO_LOT, NOT_FREE, NOT_OVER, OTHER_LOT, learned
from training.policy_value.nights import recorded_nights
from training.policy_value.reranked import chances_under, ranking_under

LONG_AGO = date(2000, 1, 1)
PROPENSITY, SEVERITY = strategy("propensity"), strategy("severity")


@pytest.fixture(scope="module")
def book():
    return known_book()


@pytest.fixture(scope="module")
def chosen(module_database, book):
    return write_nights(module_database, book, working_days())


@pytest.fixture(scope="module")
def lake(tmp_path_factory, book, chosen):
    return known_lake(tmp_path_factory.mktemp("known"), book, chosen)


@pytest.fixture(scope="module")
def nights(module_database, chosen):
    with module_database.connect() as connection:
        return list(recorded_nights(connection, since=LONG_AGO))


def learn(nights, lake, about=PROPENSITY, *, horizon_days=1, known_through=None):
    return learned(
        nights,
        lake,
        about,
        currency="USD",
        horizon_days=horizon_days,
        known_through=known_through or lake.last_day,
    )


def test_the_log_tells_who_was_on_each_days_list(nights, lake, book, chosen):
    found = learn(nights, lake)
    assert len(found.choices) == DEBTORS * DAYS
    assert found.choices.acted.sum() == sum(on.sum() for on in chosen.values())
    assert found.served.tolist() == found.choices.acted.tolist()
    assert found.days == tuple(working_days())
    assert found.ran == {"severity/1": DAYS}
    assert found.left_out == {}


def test_the_chances_under_another_strategy_are_those_of_its_own_night(nights, book):
    for night in nights[:3]:
        told = dict(zip(night.items.debtor_id.tolist(), chances_under(night, PROPENSITY).tolist(), strict=True))
        expected = book.chances(book.propensity, night.served_on)
        assert [told[name] for name in book.names.tolist()] == pytest.approx(expected.tolist())


def test_the_chances_under_the_strategy_that_ran_are_the_recorded_ones(nights):
    for night in nights[:3]:
        assert chances_under(night, SEVERITY) == pytest.approx(night.items.probability)


def test_what_a_strategy_adds_lies_in_both_intervals(nights, lake, book):
    found = evaluated(learn(nights, lake), strategy="propensity/1", horizon_days=1)
    truth = book.added_a_day(book.propensity, working_days())
    assert truth > 10_000
    for method in ("doubly_robust", "snips"):
        apart = found.per_day[method].difference
        assert apart.low <= truth <= apart.high
    assert found.per_day["doubly_robust"].difference.low > 0
    assert (found.rows, found.debtors, found.followed.on_the_list, found.followed.off_the_list) == (
        DEBTORS * DAYS,
        DEBTORS,
        1.0,
        0.0,
    )


def test_what_ran_is_worth_what_came_in(nights, lake):
    rows = learn(nights, lake)
    found = evaluated(rows, strategy="propensity/1", horizon_days=1)
    assert found.per_day["snips"].ran.estimate == pytest.approx(rows.choices.outcome.sum() / DAYS)


def test_the_strategy_that_ran_adds_nothing_to_itself(nights, lake):
    found = evaluated(learn(nights, lake, SEVERITY), strategy="severity/1", horizon_days=1)
    apart = found.per_day["doubly_robust"].difference
    assert (apart.estimate, apart.low, apart.high) == pytest.approx((0, 0, 0), abs=1e-6)


def test_days_whose_horizon_is_not_over_are_left_out_and_counted(nights, lake):
    """Eight days from 15 June, and five business days to settle: known at the end of 29 June."""
    found = learn(nights, lake, horizon_days=8, known_through=date(2026, 6, 29))
    assert found.days == (FIRST_DAY,)
    assert found.left_out == {NOT_OVER: DAYS - 1}
    with pytest.raises(Refused, match=f"{DAYS} {NOT_OVER}"):
        learn(nights, lake, horizon_days=8, known_through=date(2026, 6, 28))


def test_a_longer_horizon_counts_the_days_that_follow(nights, lake):
    one, two = (learn(nights[:2], lake, horizon_days=days) for days in (1, 2))
    assert two.choices.outcome[:DEBTORS].sum() == one.choices.outcome.sum()


def test_a_log_that_is_too_short_is_refused(nights, lake):
    with pytest.raises(Refused, match=r"the lot chose only \d+ times"):
        evaluated(learn(nights[:3], lake), strategy="propensity/1", horizon_days=1)


def test_nobody_is_valued_by_a_lot_that_collectors_did_not_follow(database, book, tmp_path):
    chosen = write_nights(database, book, working_days(12), follows_the_lot=False)
    with database.connect() as connection:
        rows = learn(recorded_nights(connection, since=LONG_AGO), known_lake(tmp_path, book, chosen))
    with pytest.raises(Refused, match="made no difference to who was worked"):
        evaluated(rows, strategy="propensity/1", horizon_days=1)


def test_a_day_that_is_served_anew_counts_once_by_its_last_night(database, book):
    first, second = working_days(2)
    for day in (first, first, second):
        write_nights(database, book, [day])
    with database.connect() as connection:
        found = [(night.night_id, night.served_on) for night in recorded_nights(connection, since=LONG_AGO)]
        later = [night.served_on for night in recorded_nights(connection, since=second)]
    assert found == [(2, first), (3, second)]
    assert later == [second]


def test_who_was_in_hand_is_no_choice_of_the_night(database, book, tmp_path):
    (day,) = working_days(1)
    chosen = write_nights(database, book, [day])
    remove = "ALTER TABLE decisions DISABLE TRIGGER ALL; DELETE FROM decisions WHERE debtor_id = 'D7'"
    with database.begin() as connection:
        connection.execute(text(remove))
    with database.connect() as connection:
        found = learn(recorded_nights(connection, since=LONG_AGO), known_lake(tmp_path, book, chosen))
    assert len(found.choices) == DEBTORS - 1
    assert found.left_out == {NOT_FREE: 1}


@pytest.mark.parametrize(("share", "reason"), [(0.0, NO_LOT), (SHARE / 2, OTHER_LOT)])
def test_a_night_whose_lot_is_not_the_recorded_one_teaches_nothing(database, book, tmp_path, share, reason):
    chosen = write_nights(database, book, working_days(1), share=share)
    with database.connect() as connection, pytest.raises(Refused, match=f"1 {reason}"):
        learn(recorded_nights(connection, since=LONG_AGO), known_lake(tmp_path, book, chosen))


def test_nights_without_an_item_in_the_currency_teach_nothing(nights, lake):
    with pytest.raises(Refused, match=f"{DEBTORS} items in another currency"):
        learned(nights[:1], lake, PROPENSITY, currency="EUR", horizon_days=1, known_through=lake.last_day)


def test_without_any_night_there_is_nothing_to_learn(lake):
    with pytest.raises(Refused, match="no logged night"):
        learn([], lake)


def test_a_strategy_whose_terms_no_night_kept_is_refused(nights):
    strange = PROPENSITY.model_copy(update={"sort": (PROPENSITY.sort[0].model_copy(update={"by": "added_minor"}),)})
    with pytest.raises(Refused, match="kept no added_minor"):
        ranking_under(nights[0], strange)


def test_the_minutes_reach_as_far_in_any_order(nights):
    night = nights[0]
    assert night.reached == REACHED
    assert night.lot(night.items.debtor_id[::-1], night.items.minutes[::-1]).probability[REACHED - 1] > 0.5
    assert night.lot(night.items.debtor_id[::-1], night.items.minutes[::-1]).probability[REACHED] < 0.5


def several_accounts():
    """Twelve debtors, some with two accounts, one in another bucket."""
    names = [f"D{number}" for number in range(1, 13)]
    tables = people(*names)
    tables["statements"] = [
        statement(f"A{n}", balance=100 * n, past_due=10 * n, days_past_due=20 * n) for n in range(1, 13)
    ]
    tables["accounts"] += [account(f"B{n}", f"D{n}", client="shop" if n == 3 else "bank") for n in range(1, 6)]
    tables["statements"] += [statement(f"B{n}", balance=2000 - 300 * n) for n in range(1, 6)]
    ann = {"collector_id": "C1", "name": "Ann", "team": "East", "languages": "en", "licences": "NY"}
    tables["collectors"] = [ann | {"minutes_per_day": 30}]
    return tables


@pytest.mark.parametrize("other", ["propensity", "value_at_risk", "incremental_value"])
def test_a_real_night_in_another_order_is_the_night_of_that_strategy(database, no_registry, tmp_path, other):
    lake = lake_of(tmp_path, several_accounts())
    run_night(database, lake, no_registry, AS_OF, SEVERITY, clock=StandingClock(), limits_on=DAY)
    with database.connect() as connection:
        (night,) = recorded_nights(connection, since=DAY - timedelta(days=1))
        asked = build_by_champions(lake, no_registry, AS_OF, strategy(other), limits_on=DAY, connection=connection)
    found, names = ranking_under(night, strategy(other)), list(night.accounts)
    assert [names[row] for row in found.lead] == asked.book.account_id[asked.ranking.lead].tolist()
    for own, theirs in zip(found.members, asked.ranking.members, strict=True):
        assert [names[row] for row in own] == asked.book.account_id[theirs].tolist()
    assert np.allclose(found.terms["expected_minutes"], asked.ranking.terms["expected_minutes"])
    assert np.allclose(chances_under(night, strategy(other)).sum(), asked.lists.lot.probability.sum(), atol=0.5)


def test_a_teams_lists_follow_the_lot(database, no_registry, tmp_path):
    """Whom the lot puts on the list has a collector, whom it leaves off has none, whatever they are worth."""
    names = [f"D{number}" for number in range(1, 121)]
    ann = {"collector_id": "C1", "name": "Ann", "team": "East", "languages": "en", "licences": "NY"}
    tables = people(*names) | {"collectors": [ann | {"minutes_per_day": 240}]}
    tables["statements"] = [statement(f"A{n}", balance=100 * n) for n in range(1, 121)]
    settings = "[desk]\nrandom_slice_share = 0.1\n"
    lake = lake_of(tmp_path, tables, settings=settings)
    run_night(database, lake, no_registry, AS_OF, SEVERITY, clock=StandingClock(), limits_on=DAY)
    with database.connect() as connection:
        (night,) = recorded_nights(connection, since=DAY)
        listed = connection.execute(text("SELECT assigned_to IS NOT NULL FROM work_items ORDER BY rank")).scalars()
        on_a_list = np.array(list(listed))
    lot = night.own_lot
    drawn_on, drawn_off = lot.explores & lot.chosen, lot.explores & ~lot.chosen
    assert min(drawn_on.sum(), drawn_off.sum()) >= 2
    assert on_a_list[drawn_on].all()
    assert not on_a_list[drawn_off].any()
    assert np.mean(on_a_list == lot.chosen) > 0.95


@pytest.fixture
def evaluate(lake, module_database, monkeypatch, capsys):
    """`arrears evaluate-policy`: its code, what it printed, and what it complained of."""

    def run(*words, horizon=1, about="propensity", on=lake):
        places = ["--lake", str(on.root), "--database", module_database.url.render_as_string(hide_password=False)]
        asked = ["--strategy", about, "--horizon", str(horizon), *words]
        monkeypatch.setattr(sys, "argv", ["arrears", "evaluate-policy", *asked, *places])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return left.value.code or 0, json.loads(told.out) if "--json" in words else told.out, told.err

    return run


def test_the_command_tells_value_interval_effective_rows_and_overlap_and_what_they_mean(evaluate, book):
    code, told, _ = evaluate("--json")
    apart = told["per_day"]["doubly_robust"]["difference"]
    assert code == 0
    assert apart["low"] <= book.added_a_day(book.propensity, working_days()) <= apart["high"]
    assert (told["strategy"], told["ran"], told["currency"]) == ("propensity/1", {"severity/1": DAYS}, "USD")
    assert (told["days"], told["first_day"], told["rows"]) == (DAYS, "2026-06-15", DAYS * DEBTORS)
    assert 0 < told["overlap"]["effective_rows"] < told["rows"]
    assert 0 < told["overlap"]["effective_rows_apart"] < told["rows"]
    assert told["overlap"]["acts_below_floor"] == 0, "a tenth by lot leaves nobody below one in a hundred"
    assert told["said"].startswith("Had propensity/1 ordered the list of one of these days, with every other day as it")
    assert "more would have come in within 1 day; in nineteen cases of twenty the difference lies" in told["said"]


def test_a_person_reads_the_same(evaluate):
    _, said, _ = evaluate("--since", "2026-06-16")
    assert "propensity/1 against what ran: severity/1 on 39 days" in said
    assert "39 days from 2026-06-16 to" in said
    assert "Of those whom the lot put on the list 100% were served, of those whom it left off 0%." in said
    assert "weighted log alone (SNIPS)" in said
    assert "Had propensity/1 ordered the list" in said


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (100.0, 900.0, "$5.00 more would have come in within 7 days; in nineteen cases of twenty the difference lies "),
        (-900.0, -100.0, "$5.00 less would have come in within 7 days; in nineteen cases of twenty the difference "),
        (-100.0, 900.0, "between -$1.00 and $9.00: the log does not tell which list is better."),
    ],
)
def test_the_sentence_says_more_less_or_that_nobody_knows(low, high, says):
    apart = {"estimate": 500.0 if high > 0 else -500.0, "low": low, "high": high}
    document = {"per_day": {"doubly_robust": {"difference": apart}}, "overlap": {"differs": 0.2}}
    assert says in _said(document | {"strategy": "propensity/1", "currency": "USD", "horizon_days": 7})


def test_the_strategy_that_ran_is_told_to_be_the_same(evaluate):
    assert "puts the same people on the list as what ran" in evaluate(about="severity")[1]


def test_the_command_refuses_a_log_that_is_too_short_and_says_what_would_cure_it(evaluate):
    code, said, complaint = evaluate("--since", "2026-08-05")
    assert (code, said) == (4, "")
    assert "the lot chose only" in complaint
    assert "Ask again when more days are over" in complaint


def test_the_command_refuses_a_horizon_that_is_not_over(evaluate):
    code, _, complaint = evaluate(horizon=365)
    assert code == 4
    assert f"{DAYS} days whose horizon is not over" in complaint


def test_money_of_several_currencies_is_not_added(evaluate, tmp_path):
    tables = people("D1", "D2")
    tables["accounts"][1] = account("A2", "D2", currency="EUR")
    code, _, complaint = evaluate(on=lake_of(tmp_path, tables))
    assert code == 2
    assert "Choose one with --currency." in complaint


def test_without_a_lake_there_is_nothing_to_value(evaluate, tmp_path):
    assert evaluate(on=Lake(tmp_path / "nowhere"))[0] == 2
