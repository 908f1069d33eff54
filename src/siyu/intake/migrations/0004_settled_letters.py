"""Open dead letters are counted and settled by what they died of; settled ones and rejected rows are kept for a time."""

from alembic import op

revision = "intake_0004"
down_revision = "intake_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX dead_letter_open ON intake.dead_letter (source_id, code, id) WHERE state = 'open';
        CREATE INDEX dead_letter_settled ON intake.dead_letter (changed_at) WHERE state <> 'open';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
