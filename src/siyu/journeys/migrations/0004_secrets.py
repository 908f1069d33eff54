"""The secret of a journey's calls can be made anew."""

from alembic import op

revision = "journeys_0004"
down_revision = "journeys_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The secret itself is nowhere: it follows from the keys of the vault, the journey, and this number.
        ALTER TABLE journeys.journey ADD COLUMN secret integer NOT NULL DEFAULT 1, ADD COLUMN secret_at timestamptz;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
