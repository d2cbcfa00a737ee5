"""The day a night judges and whose limits it read; the ways that an item leaves open; holds that end at an instant."""

from alembic import op

revision = "v0002"
down_revision = "v0001"

UPGRADE = """
ALTER TABLE nights ADD COLUMN served_on DATE, ADD COLUMN limits_on DATE;
UPDATE nights SET served_on = as_of + 1, limits_on = (ran_at AT TIME ZONE 'UTC')::date;
ALTER TABLE nights ALTER COLUMN served_on SET NOT NULL, ALTER COLUMN limits_on SET NOT NULL;

COMMENT ON COLUMN nights.served_on IS 'the day it judged, when its items are worked';
COMMENT ON COLUMN nights.limits_on IS 'the day whose limits of conduct were in force';

ALTER TABLE night_accounts ALTER COLUMN held_until TYPE TIMESTAMP WITH TIME ZONE
    USING held_until::timestamp AT TIME ZONE 'UTC';
UPDATE night_accounts SET held_until = (held_until AT TIME ZONE 'UTC') AT TIME ZONE (settings #>> '{portfolio,zone}')
    FROM nights WHERE nights.night_id = night_accounts.night_id AND held_until IS NOT NULL;

COMMENT ON COLUMN night_accounts.held_because IS 'every reason with its end, its clause and its place';

ALTER TABLE work_items ADD COLUMN ways JSONB, ADD COLUMN allowed_until TIMESTAMP WITH TIME ZONE;
UPDATE work_items SET ways = '[]';
ALTER TABLE work_items ALTER COLUMN ways SET NOT NULL;

COMMENT ON COLUMN work_items.ways IS 'whom, by what and where, from when to when, under which conditions';
COMMENT ON COLUMN work_items.allowed_until IS 'when the last way closes; null where one has no end';
"""


def upgrade() -> None:
    # Sent to the driver as it stands: SQLAlchemy would read colons as parameters.
    op.get_bind().exec_driver_sql(UPGRADE)
