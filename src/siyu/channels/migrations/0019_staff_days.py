"""What the platform counts of each member of staff, by the day."""

from alembic import op

revision = "channels_0019"
down_revision = "channels_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE channels.staff_day (
            account_id bigint NOT NULL REFERENCES channels.account,
            day timestamptz NOT NULL,  -- its begin, in the platform's zone
            staff_id text NOT NULL,
            chats integer NOT NULL,
            messages integer NOT NULL,
            replied double precision,  -- percent of the chats that customers began; null: they began none
            first_reply_minutes integer,
            deleted_by integer NOT NULL,
            PRIMARY KEY (account_id, day, staff_id)
        );
        CREATE INDEX staff_task_asked ON channels.staff_task (account_id, asked_at);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
