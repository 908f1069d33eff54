"""What people received is read from an index alone: budgets ask for it of everybody in a batch."""

from alembic import op

revision = "touch_0005"
down_revision = "touch_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX touch_received ON touch.touch (customer_id, received_at) INCLUDE (purpose, content, kinds)
            WHERE received_at IS NOT NULL;
        CREATE INDEX touch_of_customer ON touch.touch (customer_id, id);
        DROP INDEX touch.touch_customer;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
