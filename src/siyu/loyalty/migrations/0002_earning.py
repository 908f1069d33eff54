"""For what customers earn, and what orders have earned."""

from alembic import op

revision = "loyalty_0002"
down_revision = "loyalty_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The newest version is in force.
        CREATE TABLE loyalty.earning_rules (
            version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            rules jsonb NOT NULL,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL
        );

        -- A row each time an order earned. Its terms stay with it, whatever the rules become.
        CREATE TABLE loyalty.order_earning (
            order_id bigint NOT NULL,
            unit text NOT NULL,
            number integer NOT NULL,
            transaction_id bigint NOT NULL UNIQUE,
            amount bigint NOT NULL CHECK (amount > 0),
            taken bigint NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND amount),
            rate bigint NOT NULL,
            per_fen bigint NOT NULL,
            counts_when text NOT NULL,
            expires_days integer,
            PRIMARY KEY (order_id, unit, number)
        ) WITH (fillfactor = 90);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
