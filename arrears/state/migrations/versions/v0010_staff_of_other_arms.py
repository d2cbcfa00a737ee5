"""Who may not take an item for its arm's sake stands apart from who gave it back; a served night tells its arms."""

from alembic import op

revision = "v0010"
down_revision = "v0009"

UPGRADE = """
ALTER TABLE work_items
    ADD COLUMN kept_from TEXT[] DEFAULT '{}' NOT NULL;

COMMENT ON COLUMN work_items.kept_from IS 'collectors of a test''s other arms';

-- The night before said the arm on its items alone; what comes in until the next one is labelled by its accounts.
WITH served AS (
    SELECT max(night_id) AS night_id FROM nights WHERE state = 'served'
), listed AS (
    SELECT DISTINCT ON (i.debtor_id) i.debtor_id, i.experiment, i.arm
    FROM work_items i JOIN served USING (night_id) WHERE i.made_by = 'night' ORDER BY i.debtor_id, i.work_item_id
), drawn AS (
    SELECT DISTINCT ON (d.debtor_id) d.debtor_id, e.name || '/' || e.version AS experiment, d.arm
    FROM experiment_debtors d JOIN experiments e USING (experiment_id) JOIN served s ON d.night_id <= s.night_id
    WHERE e.state = 'running' AND NOT jsonb_exists(e.arms_ended, d.arm)
        AND NOT EXISTS (SELECT FROM listed WHERE listed.debtor_id = d.debtor_id)
    ORDER BY d.debtor_id, d.night_id DESC
), told AS (
    SELECT * FROM listed WHERE experiment <> 'holdout' UNION ALL SELECT * FROM drawn
)
UPDATE night_accounts a SET experiment = told.experiment, arm = told.arm FROM told, served
WHERE a.night_id = served.night_id AND a.debtor_id = told.debtor_id AND a.experiment IS NULL;
"""


def upgrade() -> None:
    # Sent to the driver as it stands: SQLAlchemy would read colons as parameters.
    op.get_bind().exec_driver_sql(UPGRADE)
