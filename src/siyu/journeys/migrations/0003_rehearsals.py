"""Rehearsals run to their end, piece by piece, and can be cancelled."""

from alembic import op

revision = "journeys_0003"
down_revision = "journeys_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- done, total: people. result: of one that was cancelled, what was found until then.
        ALTER TABLE journeys.rehearsal ADD COLUMN done integer NOT NULL DEFAULT 0,
            ADD COLUMN total integer NOT NULL DEFAULT 0,
            DROP CONSTRAINT rehearsal_state_check,
            ADD CONSTRAINT rehearsal_state_check
                CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled'));
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
