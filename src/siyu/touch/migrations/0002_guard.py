"""How the harm of programmes stands, and whether it is watched."""

from alembic import op

revision = "touch_0002"
down_revision = "touch_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- A programme without a row is watched, and nothing was found yet. since: only harm from then on counts, because
        -- an operator has let the programme go on in spite of what was before.
        CREATE TABLE touch.guard (
            programme_id bigint PRIMARY KEY,
            watching boolean NOT NULL DEFAULT true,
            tolerated double precision NOT NULL DEFAULT 1 CHECK (tolerated >= 1),
            since timestamptz,
            halted_at timestamptz,
            said_en text NOT NULL DEFAULT '',
            said_zh text NOT NULL DEFAULT '',
            checked_at timestamptz,
            watched jsonb
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
