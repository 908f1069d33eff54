"""What is deleted in batches is found by an index, and so is what a content still serves."""

from alembic import op

revision = "channels_0008"
down_revision = "channels_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX delivery_ended ON channels.delivery (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX delivery_content ON channels.delivery (account_id, content_hash);
        CREATE INDEX report_at ON channels.report (at);
        CREATE INDEX staff_task_ended ON channels.staff_task (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX mark_order_asked ON channels.mark_order (asked_at);
        CREATE INDEX departure_at ON channels.departure (at);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
