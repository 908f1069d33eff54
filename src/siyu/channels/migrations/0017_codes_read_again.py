"""Codes are read again at their platform: when one is due, and what the platform said of it in between."""

from alembic import op

revision = "channels_0017"
down_revision = "channels_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE channels.entry_way
            ADD COLUMN check_at timestamptz,  -- it is to be read again then; nobody waits for that where it is empty
            ADD COLUMN check_said text NOT NULL DEFAULT '';  -- a push said so of it: that it is unavailable
        CREATE INDEX entry_way_check ON channels.entry_way (check_at) WHERE check_at IS NOT NULL;
        CREATE INDEX entry_way_handle ON channels.entry_way (account_id, handle) WHERE handle <> '';
        -- The account is looked at again, however lately it was.
        ALTER TABLE channels.health ADD COLUMN asked boolean NOT NULL DEFAULT false;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
