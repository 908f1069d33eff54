"""What a platform reports of a sending to many: that it reached only some of them, in words for operators."""

from alembic import op

revision = "channels_0016"
down_revision = "channels_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE channels.report
            ADD COLUMN said_zh text NOT NULL DEFAULT '',  -- empty: the platform's own word stands for both
            ADD COLUMN partly boolean NOT NULL DEFAULT false;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
