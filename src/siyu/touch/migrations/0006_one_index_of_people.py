"""A person's touches and what they received are found by one index: each new row is written to one less."""

from alembic import op

revision = "touch_0006"
down_revision = "touch_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX touch_of_person ON touch.touch (customer_id, received_at) INCLUDE (purpose, content, kinds);
        DROP INDEX touch.touch_received;
        DROP INDEX touch.touch_of_customer;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
