"""What is due is found by account: an account that cannot be reached may have a million messages waiting before those of others."""

from alembic import op

revision = "channels_0021"
down_revision = "channels_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        DROP INDEX channels.delivery_due;
        CREATE INDEX delivery_due ON channels.delivery (account_id, due_at) WHERE state IN ('ready', 'sending');
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
