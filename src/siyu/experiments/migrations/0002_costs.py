"""What one touch of a programme costs, by the way it goes."""

from alembic import op

revision = "experiments_0002"
down_revision = "experiments_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE experiments.programme ADD COLUMN costs jsonb NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
