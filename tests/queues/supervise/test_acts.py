"""A manager's acts: what they change, what they leave, who may not get what, and that each can be taken back once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from arrears.errors import Refused, WrongUse
from arrears.queues.desk.team import Member
from arrears.queues.supervise import acts_absence, acts_pause
from arrears.queues.supervise.acts import act_of
from arrears.queues.supervise.acts_on_items import move, put_off, reassign
from arrears.queues.supervise.acts_undo import take_back
from arrears.queues.supervise.chosen import TEAM, Chosen, Filter
from arrears.queues.supervise.lanes import pauses
from arrears.queues.supervise.roster import absences
from tests.queues.supervise.made_day import TEN, TODAY, ZONE, item, night

ANN, BOB = Member("C1", name="Ann"), Member("C2", name="Bob", languages=("es",))
BY: dict[str, Any] = {"at": TEN, "by": "boss", "because": "Ann is ill"}
LATER: dict[str, Any] = {"at": TEN + timedelta(hours=1), "by": "boss"}
PAY = Chosen(fits=Filter(lane="pay"))


@pytest.fixture
def connection(database):
    with database.begin() as opened:
        yield opened


@pytest.fixture
def made(connection):
    tonight = night(connection)

    def make(debtor, **changed):
        return item(connection, tonight, debtor, **changed)

    return make


def column(connection, name, *items):
    sql = text(f"SELECT {name} FROM work_items WHERE work_item_id = ANY (:items) ORDER BY work_item_id")
    return list(connection.execute(sql, {"items": list(items)}).scalars())


def steps(connection, item_id):
    sql = text('SELECT did, "by", because, detail FROM work_item_events WHERE work_item_id = :item ORDER BY event_id')
    return [tuple(row) for row in connection.execute(sql, {"item": item_id})]


def test_a_list_of_items_goes_to_a_collector_and_back(connection, made):
    first, second = made("D1", assigned_to="C9"), made("D2")
    done = reassign(connection, Chosen(items=(first, second)), ANN, **BY)
    assert (done.items, done.same, done.unfit, done.gone) == (2, 0, 0, 0)
    assert column(connection, "assigned_to", first, second) == ["C1", "C1"]
    assert steps(connection, first) == [
        ("reassigned", "boss", "Ann is ill", {"act": done.act, "was": "C9", "now": "C1"})
    ]
    back = take_back(connection, done.act, **LATER)
    assert (back.items, back.gone) == (2, 0)
    assert column(connection, "assigned_to", first, second) == ["C9", None]
    assert act_of(connection, done.act).is_undone


def test_a_filter_moves_what_fits_it_and_no_other(connection, made):
    mine, other = made("D1", bucket="60-89"), made("D2")
    reassign(connection, Chosen(fits=Filter(bucket="60-89", collector=TEAM)), ANN, **BY)
    assert column(connection, "assigned_to", mine, other) == ["C1", None]


def test_at_most_so_many_go_as_they_would_be_worked(connection, made):
    ids = [made("D1", place=3.0), made("D2", place=1.0), made("D3", place=2.0, raised=1), made("D4", place=9.0)]
    done = reassign(connection, Chosen(fits=Filter(lane="pay"), most=2), ANN, **BY)
    assert done.items == 2
    assert column(connection, "assigned_to", *ids) == [None, "C1", "C1", None]


def test_what_somebody_holds_stays_theirs(connection, made):
    held, worked = made("D1", state="claimed", assigned_to="C9"), made("D2", state="worked")
    done = reassign(connection, Chosen(items=(held, worked)), ANN, **BY)
    assert (done.items, done.gone) == (0, 2)
    assert column(connection, "assigned_to", held) == ["C9"]


def test_what_a_collector_may_not_work_or_gave_back_is_left(connection, made):
    spanish, given_back, any_language = made("D1", language="es"), made("D2", not_for=["C1"]), made("D3")
    done = reassign(connection, PAY, ANN, **BY)
    assert (done.items, done.unfit) == (1, 2)
    assert column(connection, "assigned_to", spanish, given_back, any_language) == [None, None, "C1"]
    assert reassign(connection, PAY, BOB, **BY).items == 3


def test_the_team_takes_anything_and_what_is_so_is_not_told_again(connection, made):
    first = made("D1", assigned_to="C1", language="es")
    assert reassign(connection, PAY, None, **BY).items == 1
    again = reassign(connection, PAY, None, **BY)
    assert (again.items, again.same) == (0, 1)
    assert len(steps(connection, first)) == 1


@pytest.mark.parametrize("because", ["", "   ", "x" * 201])
def test_without_a_reason_nothing_moves(connection, made, because):
    first = made("D1")
    with pytest.raises(WrongUse, match="reason"):
        reassign(connection, Chosen(items=(first,)), ANN, at=TEN, by="boss", because=because)


@pytest.mark.parametrize("chosen", [{}, {"fits": Filter()}, {"items": (1,), "fits": Filter(lane="pay")}])
def test_nobody_moves_everything_by_leaving_the_filter_out(chosen):
    with pytest.raises(WrongUse, match="filter"):
        Chosen(**chosen)


def test_raised_items_come_first_until_taken_back(connection, made):
    first, second = made("D1"), made("D2", place=2.0)
    done = move(connection, Chosen(items=(second,)), 1, **BY)
    worked = "SELECT work_item_id FROM work_items ORDER BY raised DESC, place, work_item_id"
    assert list(connection.execute(text(worked)).scalars()) == [second, first]
    assert steps(connection, second)[0][0] == "raised"
    take_back(connection, done.act, **LATER)
    assert list(connection.execute(text(worked)).scalars()) == [first, second]


@pytest.mark.parametrize("raised", [-10, 10])
def test_there_are_nine_steps_up_and_nine_down(connection, raised):
    with pytest.raises(WrongUse, match="step from -9 to 9"):
        move(connection, PAY, raised, **BY)


def test_a_list_put_off_begins_with_its_day_in_the_portfolios_zone(connection, made):
    first = made("D1")
    before = column(connection, "ready_at", first)
    done = put_off(connection, PAY, date(2026, 6, 9), zone=ZONE, **BY)
    assert column(connection, "ready_at", first) == [datetime(2026, 6, 9, 4, tzinfo=UTC)]
    assert steps(connection, first)[0][0] == "snoozed"
    take_back(connection, done.act, **LATER)
    assert column(connection, "ready_at", first) == before


@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=91)])
def test_nobody_is_put_off_to_the_past_or_for_ever(connection, until):
    with pytest.raises(WrongUse, match="where today is"):
        put_off(connection, PAY, until, zone=ZONE, **BY)


def test_tomorrow_and_the_ninetieth_day_are_days(connection, made):
    made("D1")
    for until in (TODAY + timedelta(days=1), TODAY + timedelta(days=90)):
        assert put_off(connection, PAY, until, zone=ZONE, **BY).items == 1


def test_undoing_leaves_what_was_moved_on_since(connection, made):
    first, second, third = made("D1"), made("D2"), made("D3")
    done = reassign(connection, PAY, ANN, **BY)
    reassign(connection, Chosen(items=(second,)), BOB, **BY)
    connection.execute(text("UPDATE work_items SET state = 'claimed' WHERE work_item_id = :item"), {"item": third})
    back = take_back(connection, done.act, **LATER)
    assert (back.items, back.gone) == (1, 2)
    assert column(connection, "assigned_to", first, second, third) == [None, "C2", "C1"]


def test_an_act_is_undone_once_and_an_undoing_never(connection, made):
    made("D1")
    done = reassign(connection, PAY, ANN, **BY)
    back = take_back(connection, done.act, **LATER)
    with pytest.raises(Refused, match="undone before"):
        take_back(connection, done.act, **LATER)
    for act in (back.act, 987_654):
        with pytest.raises(WrongUse, match="none of that id"):
            take_back(connection, act, **LATER)


def away(connection, collector="C1", substitute=None, from_on=TODAY, to_on=TODAY, **told):
    given = {**BY, "today": TODAY, "substitute": substitute, **told}
    return acts_absence.announce(connection, collector, from_on, to_on, **given)


def test_who_is_away_today_hands_over_at_once(connection, made):
    first, spanish, claimed = made("D1", assigned_to="C1"), made("D2", assigned_to="C1", language="fr"), made("D3")
    connection.execute(
        text("UPDATE work_items SET state = 'claimed', assigned_to = 'C1' WHERE work_item_id = :item"),
        {"item": claimed},
    )
    done = away(connection, substitute=BOB)
    assert (done.items, done.unfit) == (2, 1)
    assert column(connection, "assigned_to", first, spanish, claimed) == ["C2", None, "C1"]
    (stands,) = absences(connection, from_on=TODAY, to_on=TODAY)
    assert (stands.collector, stands.substitute, stands.by) == ("C1", "C2", "boss")
    back = acts_absence.end(connection, stands.absence_id, **LATER, because="came in after all")
    assert back.items == 2
    assert column(connection, "assigned_to", first, spanish) == ["C1", "C1"]
    assert absences(connection, from_on=TODAY, to_on=TODAY) == []


def test_without_a_substitute_the_team_works_the_list(connection, made):
    first = made("D1", assigned_to="C1")
    done = away(connection)
    assert (done.items, done.unfit) == (1, 0)
    assert column(connection, "assigned_to", first) == [None]


def test_who_is_away_tomorrow_keeps_todays_list(connection, made):
    first, tomorrow = made("D1", assigned_to="C1"), TODAY + timedelta(days=1)
    assert away(connection, from_on=tomorrow, to_on=tomorrow).items == 0
    assert column(connection, "assigned_to", first) == ["C1"]
    assert absences(connection, from_on=TODAY, to_on=TODAY) == []
    assert len(absences(connection, from_on=tomorrow, to_on=tomorrow)) == 1


def test_two_absences_of_one_collector_do_not_overlap(connection):
    away(connection, to_on=TODAY + timedelta(days=3))
    with pytest.raises(Refused, match="stands already"):
        away(connection, from_on=TODAY + timedelta(days=3), to_on=TODAY + timedelta(days=5))
    away(connection, from_on=TODAY + timedelta(days=4), to_on=TODAY + timedelta(days=5))


@pytest.mark.parametrize("substitute", [ANN, BOB])
def test_a_substitute_is_there(connection, substitute):
    away(connection, collector="C2")
    with pytest.raises(Refused, match="substitute"):
        away(connection, collector="C1", substitute=substitute)


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-2, -1), (0, 367)])
def test_an_absence_has_days_that_can_be(connection, first, last):
    with pytest.raises(WrongUse, match="first and a last day"):
        away(connection, from_on=TODAY + timedelta(days=first), to_on=TODAY + timedelta(days=last))


def test_no_absence_is_ended_that_nobody_noted(connection):
    with pytest.raises(WrongUse, match="none of that id"):
        acts_absence.end(connection, 7, **LATER, because="x")


def test_a_paused_queue_goes_on_and_stands_again(connection):
    paused = acts_pause.pause(connection, "pay", **BY)
    acts_pause.pause(connection, "pay", client="bank", **BY)
    with pytest.raises(Refused, match="paused already"):
        acts_pause.pause(connection, "pay", **BY)
    assert [(pause.lane, pause.client) for pause in pauses(connection)] == [("pay", None), ("pay", "bank")]
    resumed = acts_pause.resume(connection, "pay", client="bank", **BY)
    with pytest.raises(Refused, match="not paused"):
        acts_pause.resume(connection, "pay", client="bank", **BY)
    take_back(connection, resumed, **LATER)
    take_back(connection, paused, **LATER)
    assert [(pause.lane, pause.client) for pause in pauses(connection)] == [("pay", "bank")]


def test_what_ended_otherwise_is_not_undone(connection):
    paused = acts_pause.pause(connection, "pay", **BY)
    resumed = acts_pause.resume(connection, "pay", **BY)
    with pytest.raises(Refused, match="ended otherwise"):
        take_back(connection, paused, **LATER)
    acts_pause.pause(connection, "pay", **BY)
    with pytest.raises(Refused, match="paused again"):
        take_back(connection, resumed, **LATER)


def test_only_lanes_are_paused(connection):
    with pytest.raises(WrongUse, match="Name one of pay"):
        acts_pause.pause(connection, "fast lane", **BY)


def test_every_act_is_on_the_trail_with_its_reason(connection, made):
    made("D1")
    done = reassign(connection, PAY, ANN, **BY)
    told = act_of(connection, done.act)
    assert (told.who, told.did, told.subject) == ("boss", "items.reassigned", "C1")
    assert told.detail == {"because": "Ann is ill", "items": 1, "unfit": 0}
    assert act_of(connection, done.act + 1) is None
