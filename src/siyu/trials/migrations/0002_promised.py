"""Whether coupons are set aside for the reports of a trial."""

from alembic import op

revision = "trials_0002"
down_revision = "trials_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE trials.trial ADD COLUMN coupons_aside boolean NOT NULL DEFAULT false;
        CREATE INDEX trial_coupons_aside ON trials.trial (id) WHERE coupons_aside;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
