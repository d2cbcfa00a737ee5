"""Beside a model in the shadow stands what the champion said, whoever was acted on."""

from alembic import op

revision = "v0011"
down_revision = "v0010"

UPGRADE = """
COMMENT ON COLUMN shadow_nights.champion IS 'the version, or the rules, whose answers stand beside';
"""


def upgrade() -> None:
    """Say so in the column's comment."""
    op.execute(UPGRADE)
