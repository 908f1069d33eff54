"""What people complained of, as those write down who heard it."""

from alembic import op

revision = "touch_0006"
down_revision = "touch_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- What was said stands in the audit alone. customer_id is who it was at that moment; the fact follows merges.
        CREATE TABLE touch.complaint (
            key text COLLATE "C" PRIMARY KEY,
            customer_id bigint NOT NULL,
            touch_id bigint UNIQUE REFERENCES touch.touch (id) ON DELETE CASCADE,
            at timestamptz NOT NULL,
            noted_by text NOT NULL
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
