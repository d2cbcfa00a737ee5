"""A plan may be withdrawn before it starts: it stays on record, and its name and version may be planned anew."""

from alembic import op

revision = "v0012"
down_revision = "v0011"

UPGRADE = """
ALTER TABLE experiments
    DROP CONSTRAINT experiments_name_key,
    DROP CONSTRAINT experiments_state_check,
    ADD CONSTRAINT experiments_state_check CHECK (state IN ('planned', 'running', 'ended', 'withdrawn'));

CREATE UNIQUE INDEX experiments_name_key ON experiments (name, version) WHERE state <> 'withdrawn';

ALTER TABLE experiment_acts
    DROP CONSTRAINT experiment_acts_did_check,
    ADD CONSTRAINT experiment_acts_did_check CHECK (did IN ('planned', 'withdrawn', 'started', 'read', 'arm_ended',
        'closed', 'ended', 'rolled_back'));

CREATE OR REPLACE FUNCTION keep_design() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'planned' THEN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
                MESSAGE = CASE OLD.state
                    WHEN 'withdrawn' THEN 'a plan that was withdrawn stays on record'
                    ELSE 'a test that has started stays on record' END;
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'planned' AND (OLD.name, OLD.version, OLD.design, OLD.fingerprint, OLD.follows, OLD.started_on)
            IS DISTINCT FROM (NEW.name, NEW.version, NEW.design, NEW.fingerprint, NEW.follows, NEW.started_on) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = CASE OLD.state
                WHEN 'withdrawn' THEN 'a plan that was withdrawn is never changed, only planned anew'
                ELSE 'a design that has started is never changed, only stopped' END;
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
            (('planned', 'running'), ('running', 'ended'), ('planned', 'withdrawn')) THEN
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
