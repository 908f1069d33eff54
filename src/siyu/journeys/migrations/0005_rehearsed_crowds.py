"""Rehearsals of what a segment would receive."""

from alembic import op

revision = "journeys_0005"
down_revision = "journeys_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Of a segment that would be brought in; none where a rehearsal goes over what happened.
        ALTER TABLE journeys.rehearsal ADD COLUMN segment_id bigint;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
