"""An item of several accounts of which a rule holds some by now: the others are worked, and only they are spoken of."""

import pytest

from serving.desk.working import claim, held_by
from tests.night.any_book import loaded
from tests.serving.desk_day import ACCOUNT, ANNA, MONDAY, STATEMENT, a_night, book, desk_on

TWO = {
    "accounts": [{"account_id": name, "debtor_id": "D1"} | ACCOUNT for name in ("A1", "A2")],
    "statements": [{"account_id": name} | STATEMENT for name in ("A1", "A2")],
}
RESPITE = """
    INSERT INTO source_events (source_table, row_key, row, digest, debtor_id, account_id, recorded_at, origin,
        posted_by)
    VALUES ('holds', 'H9', CAST(:row AS jsonb), 'x', 'D1', :account, :at, 'api', 'x')
"""


@pytest.fixture
def desk(tmp_path, database, no_registry):
    lake = loaded(tmp_path, "TW", book(debtors=1, **TWO))
    a_night(lake, database, no_registry)
    return desk_on(lake, database)


def test_an_account_that_is_held_by_now_is_not_on_the_desk(desk):
    ((lead, accounts),) = desk.rows("SELECT lead_account_id, accounts FROM work_items")
    (other,) = set(accounts) - {lead}
    row = f'{{"hold_id": "H9", "account_id": "{other}", "kind": "litigation", "starts_on": "2026-06-15"}}'
    desk.run(RESPITE, row=row, account=other, at=MONDAY)
    held = claim(desk.deployment, ANNA)
    assert sorted(accounts) == ["A1", "A2"]
    assert list(held.item.accounts) == [lead]
    assert {account for way in held.ways for account in way["accounts"]} == {lead}
    assert list(held_by(desk.deployment, ANNA).item.accounts) == [lead]
