"""A promise in place of another calls the other off, for the lake and for the next night."""

from datetime import date

from arrears.events.promised import open_promises
from serving.desk.outcome import outcome
from serving.desk.working import claim
from tests.serving.desk_day import ANNA
from tests.serving.fresh_desk import fresh_desk

MADE = date(2026, 5, 20)
AGAIN = {
    "disposition": "promise",
    "verified_party": "primary",
    "amount_minor": 9000,
    "due_on": "2026-06-19",
    "method": "verbal",
}


def promise(name, **own):
    return {"promise_id": name, "account_id": "A1", "made_on": MADE, "due_on": date(2026, 6, 16), "amount": 90} | own


def test_a_promise_in_place_of_another_calls_it_off(tmp_path, database, no_registry):
    promises = [promise("open"), promise("broken", due_on=date(2026, 6, 1))]
    desk = fresh_desk(tmp_path, database, no_registry, debtors=1, promises=promises)
    here = desk.deployment

    def waiting():
        with here.engine.connect() as connection:
            day, settings = desk.now.date(), here.settings
            return open_promises(connection, here.lake, "D1", ["A1"], on=day, settings=settings)

    held = claim(here, ANNA)
    assert (held.item.lane, waiting()) == ("promise", ("open",))
    outcome(here, ANNA, held.item.work_item_id, AGAIN | {"debts_discussed": ["A1"], "replaces": True})
    kept = desk.rows("SELECT row_key, row FROM source_events WHERE source_table = 'promises' ORDER BY event_id")
    called_off, made = kept
    assert (called_off[0], called_off[1]["cancelled_on"], called_off[1]["amount"]) == ("open", "2026-06-15", "90.00")
    assert waiting() == (made[0],)
