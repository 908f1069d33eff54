"""What stands for a file at the platform depends on what it was uploaded for: a moment does not take a message's."""

from alembic import op

revision = "channels_0015"
down_revision = "channels_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE channels.media_upload ADD COLUMN use text NOT NULL DEFAULT 'message';
        ALTER TABLE channels.media_upload DROP CONSTRAINT media_upload_pkey, ADD PRIMARY KEY (file_id, kind, use);
        ALTER TABLE channels.media_upload ALTER COLUMN use DROP DEFAULT;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
