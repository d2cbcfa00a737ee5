"""A test may end one of its arms, or take nobody in any more; an account tells the arm that worked it out."""

from alembic import op

revision = "v0009"
down_revision = "v0008"

UPGRADE = """
ALTER TABLE experiments
    ADD COLUMN closed_on DATE,
    ADD COLUMN arms_ended JSONB DEFAULT '{}' NOT NULL;

COMMENT ON COLUMN experiments.closed_on IS 'from this day on nobody comes in; null while it enrols';
COMMENT ON COLUMN experiments.arms_ended IS
    'challengers that did harm, each with the day from which nobody is worked by it';

ALTER TABLE experiment_acts
    DROP CONSTRAINT experiment_acts_did_check,
    ADD CONSTRAINT experiment_acts_did_check CHECK (did IN ('planned', 'started', 'read', 'arm_ended', 'closed',
        'ended', 'rolled_back'));

ALTER TABLE night_accounts
    ADD COLUMN experiment TEXT,
    ADD COLUMN arm TEXT;

COMMENT ON COLUMN night_accounts.experiment IS 'the test by whose arm it was worked out; null: by none';

CREATE OR REPLACE FUNCTION keep_design() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'planned' THEN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
                MESSAGE = 'a test that has started stays on record';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'planned' AND (OLD.name, OLD.version, OLD.design, OLD.fingerprint, OLD.follows, OLD.started_on)
            IS DISTINCT FROM (NEW.name, NEW.version, NEW.design, NEW.fingerprint, NEW.follows, NEW.started_on) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'a design that has started is never changed, only stopped';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('planned', 'running'), ('running', 'ended')) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'a test does not move from ' || OLD.state || ' to ' || NEW.state;
    END IF;
    IF NOT (OLD.arms_ended <@ NEW.arms_ended)
            OR NEW.closed_on IS DISTINCT FROM coalesce(OLD.closed_on, NEW.closed_on) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'an arm that was ended stays ended, and a test that was closed stays closed';
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    # Sent to the driver as it stands: SQLAlchemy would read colons as parameters.
    op.get_bind().exec_driver_sql(UPGRADE)
