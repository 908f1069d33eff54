"""Who was assigned to another member of staff was taken over: it is called so, and counted so."""

from alembic import op

revision = "channels_0018"
down_revision = "channels_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE channels.follow SET way = 'transfer' WHERE way = 'assigned';
        UPDATE channels.follow_past SET way = 'transfer' WHERE way = 'assigned';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
