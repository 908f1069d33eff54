"""What was told of an account's health, so that a change is told once."""

from alembic import op

revision = "channels_0007"
down_revision = "channels_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Names of the checks that are told to be wrong.
        ALTER TABLE channels.health ADD COLUMN told text[] NOT NULL DEFAULT '{}';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
