"""A coupon that was drawn and could not be given: its template gives none any more."""

from alembic import op

revision = "draws_0003"
down_revision = "draws_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE draws.draw DROP CONSTRAINT draw_why_check;
        ALTER TABLE draws.draw ADD CONSTRAINT draw_why_check
            CHECK (why IN ('', 'out_of_stock', 'over_budget', 'no_coupon'));
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
