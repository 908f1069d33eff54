"""The list of customers by their first order, and what PostgreSQL must know to plan it."""

from alembic import op

revision = "customers_0004"
down_revision = "customers_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX standing_first_order ON customers.standing (first_order_at, customer_id) WHERE orders > 0;

        -- Layers follow from orders, and first orders lie before last ones. Without knowing, the planner takes a filter
        -- that nobody passes for one that many do, and walks the whole list in its order to find them.
        CREATE STATISTICS customers.standing_layer_orders (mcv, dependencies) ON layer, orders FROM customers.standing;
        ANALYZE customers.standing;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
