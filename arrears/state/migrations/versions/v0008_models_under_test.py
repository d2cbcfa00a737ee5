"""Versions of models as arms of a test, and models that are scored in the shadow; an alias may be taken away."""

from alembic import op

revision = "v0008"
down_revision = "v0007"

UPGRADE = """
ALTER TABLE night_accounts ADD COLUMN arm_model TEXT;

COMMENT ON COLUMN night_accounts.arm_model IS
    'name/version that answered in place of the night''s own, as its arm of a test asks; null: none did';

ALTER TABLE alias_moves ALTER COLUMN to_version DROP NOT NULL;

COMMENT ON COLUMN alias_moves.to_version IS 'null where the alias was taken away';

CREATE TABLE shadow_nights (
    night_id BIGINT NOT NULL,
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    champion TEXT NOT NULL,
    accounts INTEGER NOT NULL,
    because TEXT,
    likeness JSONB NOT NULL,
    CONSTRAINT shadow_nights_pkey PRIMARY KEY (night_id, model),
    CONSTRAINT shadow_nights_night_id_fkey FOREIGN KEY(night_id) REFERENCES nights (night_id)
);

COMMENT ON COLUMN shadow_nights.champion IS 'the version, or the rules, that the night acted on';
COMMENT ON COLUMN shadow_nights.because IS 'why it scored nobody; null where it did';
COMMENT ON COLUMN shadow_nights.likeness IS 'how far its order is the champion''s, and the mean answer of both';

CREATE TABLE shadow_scores (
    night_id BIGINT NOT NULL,
    model TEXT NOT NULL,
    account_id TEXT NOT NULL,
    answer DOUBLE PRECISION NOT NULL,
    champion_answer DOUBLE PRECISION NOT NULL,
    CONSTRAINT shadow_scores_pkey PRIMARY KEY (night_id, model, account_id),
    CONSTRAINT shadow_scores_night_id_fkey FOREIGN KEY(night_id) REFERENCES nights (night_id)
);

CREATE TRIGGER shadow_nights_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shadow_nights
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER shadow_scores_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shadow_scores
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    # Sent to the driver as it stands: SQLAlchemy would read colons as parameters.
    op.get_bind().exec_driver_sql(UPGRADE)
