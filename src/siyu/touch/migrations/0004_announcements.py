"""What is said to whole group chats."""

from alembic import op

revision = "touch_0004"
down_revision = "touch_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE touch.announcement (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            input_hash text COLLATE "C" NOT NULL,
            programme_id bigint NOT NULL,
            name text NOT NULL,
            account_id bigint NOT NULL,
            way text NOT NULL,
            message_hash text COLLATE "C" NOT NULL,
            content bigint NOT NULL,  -- the beginning of that hash: no group hears the same twice
            valid_until timestamptz NOT NULL,
            asked_by text NOT NULL,
            asked_at timestamptz NOT NULL
        );

        -- One group each. What became of what was handed over say channels.
        CREATE TABLE touch.announced (
            announcement_id bigint NOT NULL REFERENCES touch.announcement (id),
            group_id text NOT NULL,
            staff_id text NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'handed', 'dropped')),
            code text NOT NULL DEFAULT '',
            due_at timestamptz NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (announcement_id, group_id)
        );
        CREATE INDEX announced_due ON touch.announced (due_at) WHERE state = 'waiting';
        CREATE INDEX announced_group ON touch.announced (group_id, at) WHERE state = 'handed';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
