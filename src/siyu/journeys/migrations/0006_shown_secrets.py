"""A secret of calls is shown once."""

from alembic import op

revision = "journeys_0006"
down_revision = "journeys_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE journeys.journey ADD COLUMN secret_shown_at timestamptz")


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
