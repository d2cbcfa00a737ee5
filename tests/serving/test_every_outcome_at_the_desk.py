"""Every outcome of the closed list on a real desk: stored once, with its facts whole, and followed by its item."""

from datetime import date, datetime

import pytest

from arrears.queues.next.entries import DISPOSITIONS, entries
from arrears.tables import TABLES
from serving.desk.outcome import outcome
from serving.desk.working import claim
from tests.queues.next.told import told
from tests.serving.desk_day import ANNA, TAIPEI
from tests.serving.fresh_desk import fresh_desk

THURSDAY = datetime(2026, 6, 18, 10, tzinfo=TAIPEI)
DAYS = {"due_on": date(2026, 6, 19).isoformat(), "callback_at": datetime(2026, 6, 24, 15, tzinfo=TAIPEI).isoformat()}
HELD = {name for name, entry in entries().items() if entry.hold}


def posted(disposition, held):
    """What a collector answers for a talk on Monday 15 June 2026."""
    whole = told(disposition)
    ours = {"outcome_id", "debtor_id", "point_id", "debts_discussed"}
    named = {name: getattr(whole, name) for name in set(type(whole).__dataclass_fields__) - ours}
    answers = {name: value for name, value in named.items() if value is not None}
    answers |= {name: day for name, day in DAYS.items() if name in answers}
    answers["point_id"] = next(way["point"] for way in held.ways if way["channel"] == "call")
    return answers | ({"debts_discussed": held.item.accounts} if whole.debts_discussed else {})


@pytest.mark.slow
def test_every_outcome_is_stored_whole_and_stops_or_steers_what_comes_next(tmp_path, database, no_registry):
    desk = fresh_desk(tmp_path, database, no_registry, debtors=len(DISPOSITIONS))
    of_debtor, lanes = {}, {}
    mine = [claim(desk.deployment, ANNA, another=True) for _ in DISPOSITIONS]
    for disposition, held in zip(DISPOSITIONS, mine, strict=True):
        stored = outcome(desk.deployment, ANNA, held.item.work_item_id, posted(disposition, held))
        of_debtor[held.item.debtor_id], lanes[disposition] = disposition, stored.lane

    named = {name: entry.without_point or entry.lane for name, entry in entries().items()}
    assert lanes == {name: "pay" if lane == "same" else lane for name, lane in named.items()}
    assert len(desk.rows("SELECT 1 FROM outcomes")) == len(DISPOSITIONS)

    for table, row in desk.rows("SELECT source_table, row FROM source_events"):
        needed = {column.name for column in TABLES[table].columns if column.required}
        assert needed <= {name for name, value in row.items() if value is not None}, table

    desk.at(THURSDAY)
    served = []
    while held := claim(desk.deployment, ANNA, another=True):
        served.append((of_debtor[held.item.debtor_id], held.item.lane))
    assert {"voicemail", "unverified", "bankruptcy", "cease"} <= {disposition for disposition, _ in served}
    assert {lane for disposition, lane in served if disposition in ("bankruptcy", "cease")} == {"legal_review"}
    assert [each for each in served if each[0] in HELD | {"dispute"} and each[1] == "pay"] == []
    assert {"promise", "plan_made", "callback", "refused"}.isdisjoint(disposition for disposition, _ in served)
