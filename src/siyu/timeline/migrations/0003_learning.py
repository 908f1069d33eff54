"""What people do is learnt from by a reader of its own, behind the reactions."""

from alembic import op

revision = "timeline_0003"
down_revision = "timeline_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # From where the reactions are: so far they did it.
    op.execute("""
        INSERT INTO timeline.reader (name, position)
        SELECT 'days', position FROM timeline.reader WHERE name = 'reactions';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
