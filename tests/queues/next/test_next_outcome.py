"""What happens next after every outcome of the closed list, as collectors were promised.

All of it on Tuesday 2 June 2026 at 09:30 in New York unless a line says otherwise: a morning of a desk open from eight
to nine, Monday to Friday.
"""

import pytest

from arrears.errors import BadInput
from arrears.queues.next.entries import DISPOSITIONS
from arrears.queues.next.outcome import History
from tests.queues.next.told import TUESDAY, following, house, shown

# disposition | lane | ready | to | point
EVERY_OUTCOME = """
no_answer      | pay          | Tue 2026-06-02 13:30 | team             | Q
busy           | pay          | Tue 2026-06-02 13:30 | team             | P
voicemail      | pay          | Thu 2026-06-04 11:00 | team             | P
abandoned      | pay          | Wed 2026-06-03 11:00 | team             | P
not_in_service | pay          | Tue 2026-06-02 09:30 | team             | Q
wrong_number   | pay          | Tue 2026-06-02 09:30 | team             | Q
third_party    | pay          | Wed 2026-06-03 11:00 | team             | P
hung_up        | pay          | Wed 2026-06-03 11:00 | team             | P
unverified     | pay          | Wed 2026-06-03 11:00 | team             | P
language       | pay          | Tue 2026-06-02 09:30 | skill:language:es | P
promise        | promise      | Thu 2026-06-18 08:00 | owner            | P
plan_made      | promise      | Thu 2026-06-18 08:00 | owner            | P
paid           | pay          | Fri 2026-06-05 08:00 | owner            | P
settled        | pay          | Fri 2026-06-05 08:00 | owner            | P
refused        | pay          | Tue 2026-06-09 08:00 | team             | P
callback       | callback     | Fri 2026-06-12 15:00 | owner            | P
inquiry        | pay          | Wed 2026-06-03 08:00 | owner            | P
dispute        | dispute      | Tue 2026-06-02 09:30 | skill:disputes   | P
hardship       | hardship     | Tue 2026-06-02 09:30 | skill:hardship   | P
complaint      | specialist   | Tue 2026-06-02 09:30 | skill:complaints | P
attorney       | attorney     | Tue 2026-06-02 09:30 | skill:legal      | -
bankruptcy     | legal_review | Tue 2026-06-02 09:30 | skill:legal      | -
deceased       | estate       | Tue 2026-06-02 09:30 | skill:estate     | -
cease          | legal_review | Tue 2026-06-02 09:30 | skill:legal      | -
opted_out      | pay          | Wed 2026-06-03 08:00 | team             | Q
delivered      | pay          | Thu 2026-06-04 08:00 | team             | P
bounced        | pay          | Tue 2026-06-02 09:30 | team             | Q
"""
LINES = [[cell.strip() for cell in line.split("|")] for line in EVERY_OUTCOME.strip().splitlines()]


@pytest.mark.parametrize(("disposition", "lane", "ready", "to", "point"), LINES, ids=[line[0] for line in LINES])
def test_every_outcome_says_what_happens_next(disposition, lane, ready, to, point):
    then = following(disposition, history=History(points_left=("Q", "R")))
    whom = f"skill:{then.skill}" if then.to == "skill" else then.to
    assert [then.lane, shown(then.ready_at), whom, then.point_id or "-"] == [lane, ready, to, point]


def test_the_table_above_is_whole():
    assert sorted(line[0] for line in LINES) == sorted(DISPOSITIONS)


def test_a_number_that_nobody_answered_is_tried_again_where_it_is_the_only_one():
    assert following("no_answer").point_id == "P"


# The second try of a day ---------------------------------------------------------------------------------------------


def test_after_the_second_try_of_a_day_the_next_is_tomorrow_in_a_part_not_tried():
    tried = History(tries_today=1, parts_tried=("morning",))
    assert shown(following("no_answer", "2026-06-02 14:00", tried).ready_at) == "Wed 2026-06-03 11:00"


def test_a_house_that_allows_three_tries_gets_a_third_on_the_same_day():
    tried = History(tries_today=1, parts_tried=("morning",))
    then = following("no_answer", "2026-06-02 13:10", tried, settings=house(tries_per_day=3))
    assert shown(then.ready_at) == "Tue 2026-06-02 17:10"


def test_four_hours_later_is_too_late_for_today_when_the_day_ends_before():
    assert shown(following("no_answer", "2026-06-02 17:30").ready_at) == "Wed 2026-06-03 08:00"


def test_what_is_tried_in_every_part_begins_again_with_the_part_tried_longest_ago():
    tried = History(tries_today=1, parts_tried=("evening", "midday", "afternoon"))
    assert shown(following("busy", "2026-06-02 09:30", tried).ready_at) == "Wed 2026-06-03 17:00"


def test_the_part_of_this_try_is_remembered_once_and_last():
    tried = History(parts_tried=("morning", "evening"))
    assert following("no_answer", "2026-06-02 09:30", tried).parts_tried == ("evening", "morning")


def test_a_talk_with_the_debtor_forgets_the_parts_tried():
    assert following("refused", history=History(parts_tried=("midday", "evening"))).parts_tried == ()


@pytest.mark.parametrize(("direction", "channel"), [("in", "call"), ("out", "letter")])
def test_only_calls_we_make_try_a_part_of_the_day(direction, channel):
    then = following("opted_out", direction=direction, channel=channel)
    assert then.parts_tried == ()


# Voicemail, hung up --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "point"), [(1, "P"), (2, "Q")])
def test_the_third_voicemail_in_a_row_changes_the_number(before, point):
    then = following("voicemail", history=History(in_a_row=before, points_left=("Q",)))
    assert then.point_id == point


def test_a_debtor_who_hangs_up_is_left_alone_for_a_week():
    then = following("hung_up", verified_party="primary", debts_discussed=("A",))
    assert (shown(then.ready_at), then.is_right_party) == ("Tue 2026-06-09 08:00", True)


def test_a_line_that_dropped_is_tried_again_the_same_day():
    assert shown(following("hung_up", connect="dropped").ready_at) == "Tue 2026-06-02 13:30"


# No good point left --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", ["wrong_number", "not_in_service", "bounced"])
def test_without_any_good_point_the_debtor_is_searched_for(disposition):
    then = following(disposition)
    assert (then.lane, then.point_id) == ("skip_trace", None)


@pytest.mark.parametrize("disposition", ["wrong_number", "not_in_service", "bounced"])
def test_with_a_good_point_of_another_channel_the_lane_stays(disposition):
    then = following(disposition, history=History(other_channels_left=True))
    assert (then.lane, then.point_id) == ("pay", None)


# Which lane stays ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lane", "disposition", "next_lane"),
    [
        ("callback", "no_answer", "callback"),  # the callback is still owed
        ("callback", "refused", "pay"),  # it was made
        ("promise", "voicemail", "promise"),
        ("promise", "refused", "pay"),
        ("skip_trace", "no_answer", "skip_trace"),
        ("skip_trace", "paid", "pay"),  # found
        ("inbound", "unverified", "pay"),
        ("dispute", "inquiry", "dispute"),
        ("hardship", "refused", "hardship"),
    ],
)
def test_a_lane_stays_until_what_it_is_for_is_done(lane, disposition, next_lane):
    assert following(disposition, history=History(lane=lane)).lane == next_lane


# Written words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["letter", "email", "sms", "portal"])
def test_a_written_refusal_goes_to_legal_review_and_to_nobody_who_calls(channel):
    then = following("refused", channel=channel, direction="in")
    assert (then.lane, then.skill, then.point_id) == ("legal_review", "legal", None)


def test_a_refusal_on_the_telephone_does_not():
    assert following("refused", direction="in").lane == "pay"


# Bankruptcy ----------------------------------------------------------------------------------------------------------


def test_a_petition_with_a_named_attorney_goes_to_the_attorneys_lane():
    then = following("bankruptcy", contact_name="Lee", contact_details="lee@example.org")
    assert then.lane == "attorney"


def test_a_name_without_details_is_not_enough_to_reach_an_attorney():
    assert following("bankruptcy", contact_name="Lee").lane == "legal_review"


# Callbacks -----------------------------------------------------------------------------------------------------------


def test_a_callback_is_its_owners_for_ten_minutes():
    then = following("callback")
    assert (shown(then.ready_at), shown(then.team_from)) == ("Fri 2026-06-12 15:00", "Fri 2026-06-12 15:10")


def test_only_callbacks_are_kept_from_the_team():
    assert [name for name in DISPOSITIONS if following(name).team_from is not None] == ["callback"]


# What the next contact is for ----------------------------------------------------------------------------------------


def test_disputes_complaints_and_questions_are_answered_and_not_collected():
    assert [name for name in DISPOSITIONS if following(name).purpose == "service_reply"] == [
        "dispute",
        "complaint",
        "inquiry",
    ]


# Promises ------------------------------------------------------------------------------------------------------------


def test_a_promise_due_today_waits_for_the_week_after_the_talk_even_when_its_grace_is_over_before():
    # Grace ends on Friday the 5th; the talk bars calls through Monday the 8th.
    assert shown(following("promise", due_on=TUESDAY).ready_at) == "Tue 2026-06-09 08:00"


def test_a_plan_waits_for_its_first_instalment():
    assert following("plan_made").ready_at == following("promise").ready_at


# Refused -------------------------------------------------------------------------------------------------------------


def test_an_outcome_that_lacks_something_says_all_of_it_and_no_value():
    with pytest.raises(BadInput) as refused:
        following("promise", amount_minor=-7, method="barter", debts_discussed=())
    assert "Accounts talked about is missing" in refused.value.found
    assert "Amount must be more than nothing" in refused.value.found
    assert "How will it be paid: choose one from the list" in refused.value.found
    assert "barter" not in str(refused.value)
    assert "-7" not in str(refused.value)


# The collector's sentence --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", DISPOSITIONS)
def test_every_outcome_tells_the_collector_what_follows(disposition):
    sentence = following(disposition).sentence
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert "None" not in sentence


def test_the_sentence_follows_what_the_house_changed():
    settings = house(outcomes={"voicemail": {"ready": {"days": 5}}}, tries_per_day=3)
    assert "in 5 days" in following("voicemail", settings=settings).sentence
    assert "at most 3 tries" in following("busy", settings=settings).sentence
