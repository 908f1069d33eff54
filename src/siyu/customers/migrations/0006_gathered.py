"""Which marks have been put together: everybody once, in the order of their ids."""

from alembic import op

revision = "customers_0006"
down_revision = "customers_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE customers.stale ADD COLUMN gathered boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
