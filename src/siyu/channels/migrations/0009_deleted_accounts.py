"""An account can be deleted: its row stays, because history speaks of it, and the same one can be connected anew."""

from alembic import op

revision = "channels_0009"
down_revision = "channels_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE channels.account
            DROP CONSTRAINT account_state_check,
            ADD CONSTRAINT account_state_check CHECK (state IN ('active', 'paused', 'deleted')),
            DROP CONSTRAINT account_channel_external_id_key,
            DROP CONSTRAINT account_source_id_key;
        CREATE UNIQUE INDEX account_there ON channels.account (channel, external_id) WHERE state <> 'deleted';
        CREATE UNIQUE INDEX account_source ON channels.account (source_id) WHERE state <> 'deleted';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
