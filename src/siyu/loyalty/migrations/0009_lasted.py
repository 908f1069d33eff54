"""Ties of which it was told that they have lasted so long."""

from alembic import op

revision = "loyalty_0009"
down_revision = "loyalty_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE loyalty.lasted (
            customer_id bigint NOT NULL,
            relation text NOT NULL,
            scope text NOT NULL,
            at timestamptz NOT NULL,  -- when it had lasted so long
            days integer NOT NULL,
            PRIMARY KEY (customer_id, relation, scope, at, days)
        );
        CREATE INDEX lasted_at ON loyalty.lasted (at);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
