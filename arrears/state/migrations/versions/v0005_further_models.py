"""Which further models answered in a night: how likely a contact is, and what a call adds."""

from alembic import op

revision = "v0005"
down_revision = "v0004"

UPGRADE = """
ALTER TABLE nights ADD COLUMN further_models JSONB DEFAULT '{}' NOT NULL;

COMMENT ON COLUMN nights.further_models IS
    'by model that was asked and is not needed: its version, or null and because of what it did not answer';
"""


def upgrade() -> None:
    # Sent to the driver as it stands: SQLAlchemy would read colons as parameters.
    op.get_bind().exec_driver_sql(UPGRADE)
