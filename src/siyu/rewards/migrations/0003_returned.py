"""How many coupons of a template came back is counted without looking at all that were used."""

from alembic import op

revision = "rewards_0003"
down_revision = "rewards_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX use_coupon_returned ON rewards.use_coupon (template_id) WHERE returned_at IS NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
