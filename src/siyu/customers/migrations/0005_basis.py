"""By what orders and layers were counted, so that another setting is noticed and everybody counted again."""

from alembic import op

revision = "customers_0005"
down_revision = "customers_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE customers.basis (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            purchase text NOT NULL CHECK (purchase IN ('kept', 'paid')),
            repeat_purchases integer NOT NULL CHECK (repeat_purchases > 0)
        );
        -- Until now every paid order counted: who is there already was counted like that.
        INSERT INTO customers.basis (purchase, repeat_purchases)
        SELECT CASE WHEN EXISTS (SELECT FROM customers.profile) THEN 'paid' ELSE 'kept' END, 2;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
