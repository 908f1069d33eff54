"""What members of staff are asked to say themselves."""

from alembic import op

revision = "touch_0003"
down_revision = "touch_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The list of a member of staff. How far it is, and for whom, says the touch; ended_by and said are the member's.
        CREATE TABLE touch.task (
            touch_id bigint PRIMARY KEY REFERENCES touch.touch (id) ON DELETE CASCADE,
            account_id bigint NOT NULL,
            staff_id text NOT NULL,
            asked_at timestamptz NOT NULL,
            ended_by text NOT NULL DEFAULT '',
            said text NOT NULL DEFAULT ''
        );
        CREATE INDEX task_staff ON touch.task (account_id, staff_id, touch_id);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
