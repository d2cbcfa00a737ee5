"""Whatever happens at a desk, and in whatever order: nobody twice, nothing lost, nothing double."""

from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from arrears.queues.desk import giving_back
from arrears.queues.desk import outcome as outcomes
from arrears.queues.desk.claim import Taken, candidates, take
from arrears.queues.desk.history import opened
from arrears.queues.desk.leases import expire, extend
from arrears.queues.desk.look_up import Group, open_for_call
from arrears.queues.desk.successor import close, succeed
from arrears.queues.desk.team import Member
from arrears.queues.next import skips
from arrears.queues.next.after import after
from arrears.queues.next.outcome import Outcome
from arrears.settings import default_settings
from tests.queues.desk.laid_out import MORNING, a_night, lay, rows

LEASE = timedelta(minutes=15)
HOUSE = default_settings()
ZONE = "America/New_York"
COLLECTORS = st.sampled_from(["anna", "ben", "cleo"])
ITEMS = (
    {},
    {"debtor_id": "D1", "work_group": "shop"},
    {"people": ["D3", "D1"]},
    {"assigned_to": "anna"},
    {"assigned_to": "ben", "team_from": MORNING + timedelta(hours=1)},
)
NEVER_BOTH = """
    SELECT count(*) FROM (
        SELECT FROM work_items WHERE state IN ('ready', 'claimed') GROUP BY debtor_id, work_group HAVING count(*) > 1
    ) AS twice
"""
LEASED_TWICE = (
    "SELECT count(*) FROM (SELECT FROM leases WHERE ended_at IS NULL GROUP BY person HAVING count(*) > 1) AS t"
)
FORKED = (
    "SELECT count(*) FROM (SELECT FROM work_items WHERE follows IS NOT NULL GROUP BY follows HAVING count(*) > 1) AS t"
)
WITHOUT_LEASE = """
    SELECT count(*) FROM work_items i WHERE (i.state = 'claimed') <> EXISTS (
        SELECT FROM leases l WHERE l.work_item_id = i.work_item_id AND l.ended_at IS NULL)
"""
UNSERVED = """
    SELECT count(*) FROM decisions d WHERE action = 'served'
        AND NOT EXISTS (SELECT FROM leases l WHERE l.work_item_id = d.work_item_id)
"""
RESERVED = """
    SELECT (SELECT count(*) FROM call_reservations WHERE ended_at IS NULL)
        - (SELECT count(*) FROM work_items WHERE state = 'claimed' AND lane <> 'inbound')
"""
LOST = """
    SELECT count(*) FROM work_items i WHERE state IN ('released', 'expired') AND made_by <> 'inbound'
        AND NOT EXISTS (SELECT FROM work_items n WHERE n.follows = i.work_item_id)
"""
NEVER = (NEVER_BOTH, LEASED_TWICE, FORKED, WITHOUT_LEASE, UNSERVED, RESERVED, LOST)


class Desk(RuleBasedStateMachine):
    """Three collectors, five items of four people, and everything that may happen to them."""

    held = Bundle("held")
    late = Bundle("late")

    def __init__(self, engine):
        super().__init__()
        self.engine, self.now, self.acknowledged = engine, MORNING, []
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger keeps a row
            connection.execute(text("TRUNCATE nights CASCADE"))
            connection.execute(
                text(
                    "TRUNCATE work_items, leases, call_reservations, work_item_events, outcomes, source_events,"
                    " decisions, contact_ledger"
                )
            )

    @initialize()
    def a_night_ran(self):
        self.new_night()

    @rule(target=held, who=COLLECTORS)
    def claims(self, who):
        with self.engine.begin() as connection:
            expire(connection, at=self.now)
            for item in candidates(connection, Member(who), at=self.now):
                taken = take(connection, item, collector=who, at=self.now, lease=LEASE, judged=True)
                if isinstance(taken, Taken):
                    return (who, item.work_item_id)
        return multiple()

    @rule(target=held, who=COLLECTORS, number=st.integers(1, 5))
    def is_called(self, who, number):
        with self.engine.begin() as connection:
            (night,) = rows(connection, "SELECT max(night_id) FROM nights")[0]
            found = open_for_call(
                connection,
                f"D{number}",
                Group("", "", "USD", False, (f"A{number}",)),
                collector=who,
                reason="called in",
                night_id=night,
                day=self.now.date(),
                at=self.now,
                lease=LEASE,
            )
        return multiple() if found.work_item_id is None else (who, found.work_item_id)

    @rule(target=late, claim=consumes(held), told=st.sampled_from(["no_answer", "voicemail", "callback", "promise"]))
    def records(self, claim, told):
        self.post(claim, told)
        return claim

    @rule(claim=late)
    def records_the_same_again(self, claim):
        self.post(claim, "no_answer")

    @rule(claim=held, minutes=st.integers(1, 20))
    def records_after_a_while(self, claim, minutes):
        self.now += timedelta(minutes=minutes)
        self.post(claim, "no_answer")

    @rule(claim=held, how=st.sampled_from(["release", "skip", "snooze"]))
    def gives_back(self, claim, how):
        who, item = claim
        with self.engine.begin() as connection:
            stands = opened(connection, item, collector=who, at=self.now)
            if stands.state != "claimed" or stands.holder != who:
                return
            if how == "release":
                giving_back.release(connection, stands, collector=who, because="x", at=self.now)
            elif how == "snooze":
                until = self.now + timedelta(hours=1)
                giving_back.snooze(connection, stands, collector=who, until=until, because="x", at=self.now)
            else:
                history = stands.history(zone=ZONE, at=self.now)
                skipped = skips.skip("conflict_of_interest", history, self.now, ZONE, HOUSE)
                giving_back.skip(connection, stands, skipped, collector=who, reason="conflict_of_interest", at=self.now)

    @rule(claim=held)
    def stays_on_it(self, claim):
        who, item = claim
        with self.engine.begin() as connection:
            extend(connection, item, collector=who, at=self.now, until=self.now + LEASE)

    @rule(minutes=st.sampled_from([1, 14, 15, 16, 240]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        with self.engine.begin() as connection:
            expire(connection, at=self.now)

    @rule(number=st.integers(1, 5), held=st.booleans())
    def an_event_comes(self, number, held):
        """A payment or a hold: what is claimed stays in its hands."""
        with self.engine.begin() as connection:
            found = "SELECT work_item_id FROM work_items WHERE state = 'ready' AND debtor_id = :d"
            items = [item for (item,) in rows(connection, found, d=f"D{number}")]
            told: dict[str, Any] = {"because": "paid", "at": self.now, "by": "events", "only": ("ready",)}
            if held:
                close(connection, items, state="withdrawn", **told)
            else:
                succeed(connection, items, state="withdrawn", made_by="event", changed={"past_due_minor": 1}, **told)

    @rule()
    def new_night(self):
        """It withdraws what waits; what is in somebody's hands stays there."""
        with self.engine.begin() as connection:
            ready = [item for (item,) in rows(connection, "SELECT work_item_id FROM work_items WHERE state = 'ready'")]
            close(connection, ready, state="withdrawn", because="a later night", at=self.now, by="night")
            busy = rows(connection, "SELECT debtor_id, work_group FROM work_items WHERE state = 'claimed'")
            fresh = [
                {"debtor_id": f"D{number}", **item, "ready_at": self.now, "judged_at": self.now}
                for number, item in enumerate(ITEMS, start=1)
            ]
            night = a_night(connection, at=self.now)
            lay(connection, night, *(i for i in fresh if (i["debtor_id"], i.get("work_group", "")) not in busy))

    @invariant()
    def nothing_is_lost_or_double(self):
        with self.engine.connect() as connection:
            assert [rows(connection, sql) for sql in NEVER] == [[(0,)]] * len(NEVER)
            for sql in (
                "SELECT contact_id FROM outcomes",
                "SELECT contact_id FROM contact_ledger",
                "SELECT row_key FROM source_events WHERE source_table = 'contacts'",
            ):
                assert sorted(contact for (contact,) in rows(connection, sql)) == sorted(set(self.acknowledged))

    def post(self, claim, told):
        who, item = claim
        more: dict[str, Any] = {
            "callback": {"callback_at": self.now + timedelta(hours=2), "conversation": False},
            "promise": {
                "verified_party": "primary",
                "amount_minor": 100,
                "due_on": self.now.date() + timedelta(days=2),
                "method": "verbal",
            },
        }.get(told, {})
        with self.engine.begin() as connection:
            stands = opened(connection, item, collector=who, at=self.now)
            contact = f"desk-{stands.decision_id}"
            if told == "promise":
                more["debts_discussed"] = tuple(stands.item.accounts)
            outcome = Outcome(contact, stands.item.debtor_id, told, **more)
            then = after(outcome, stands.history(zone=ZONE, at=self.now, disposition=told), self.now, ZONE, HOUSE)
            changed = outcomes.following(
                stands, then, collector=who, at=self.now, zone=ZONE, is_try=True, has_skill=lambda _: False
            )
            stored = outcomes.store(
                connection,
                stands,
                outcome,
                then,
                contact_id=contact,
                collector=who,
                changed=changed,
                at=self.now,
                now=self.now,
                standing=lambda _, __: None,
                listed=False,
            )
            assert (stored is None) == (contact in self.acknowledged)
        self.acknowledged.append(contact)


@pytest.mark.slow
def test_nothing_is_lost_or_double_whatever_happens(module_database):
    run_state_machine_as_test(
        cast(Any, lambda: Desk(module_database)),
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        ),
    )
