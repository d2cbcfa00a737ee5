"""Work groups are split by currency and by charge-off; the client has a column of its own."""

from alembic import op

revision = "v0006"
down_revision = "v0005"

UPGRADE = """
ALTER TABLE nights ADD COLUMN grouped_by TEXT DEFAULT 'client' NOT NULL;

ALTER TABLE nights ADD CONSTRAINT nights_grouped_by_check CHECK (grouped_by IN ('client',
    'client_currency_charge_off'));

COMMENT ON COLUMN nights.grouped_by IS
    'what made its work groups; the client alone before they were split by currency and charge-off';

DROP INDEX work_items_pool;

ALTER TABLE work_items ADD COLUMN client TEXT;

UPDATE work_items SET client = work_group,
    work_group = concat_ws('/', nullif(work_group, ''), currency,
        CASE WHEN bucket = 'CHARGED_OFF' THEN 'charged_off' END);

ALTER TABLE work_items ALTER COLUMN client SET NOT NULL;

COMMENT ON COLUMN work_items.client IS 'of all its accounts; empty where the book has one client';
COMMENT ON COLUMN work_items.work_group IS 'what one call may discuss: client, currency, side of charge-off';

CREATE INDEX work_items_pool ON work_items ((coalesce(lane, '') || chr(31) ||
    coalesce(client, '') || chr(31) ||
    coalesce(language, '') || chr(31) ||
    coalesce(region, '') || chr(31) ||
    coalesce(product, '') || chr(31) ||
    coalesce(territory, '') || chr(31) ||
    coalesce(skill, '')),
    raised DESC, place, work_item_id, ready_at) WHERE state = 'ready' AND assigned_to IS NULL;

ALTER TABLE decisions ADD COLUMN client TEXT;

COMMENT ON COLUMN decisions.client IS 'null where it was logged when the client alone made the work group';

ALTER TABLE paused_queues RENAME COLUMN work_group TO client;
"""


def upgrade() -> None:
    # Sent to the driver as it stands: SQLAlchemy would read colons as parameters.
    op.get_bind().exec_driver_sql(UPGRADE)
