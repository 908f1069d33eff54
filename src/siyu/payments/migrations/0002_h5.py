"""Who is not within WeChat pays in the browser (H5), where the merchant may take it; a payment keeps the one way it is paid."""

from alembic import op

revision = "payments_0002"
down_revision = "payments_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE payments.merchant ADD COLUMN h5 boolean NOT NULL DEFAULT false;
        ALTER TABLE payments.payment ADD COLUMN way text NOT NULL DEFAULT '' CHECK (way IN ('', 'jsapi', 'h5'));
        UPDATE payments.payment SET way = 'jsapi' WHERE prepaid_by <> '';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
