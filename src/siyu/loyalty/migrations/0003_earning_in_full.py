"""Orders earn by category, on multiplier days and up to caps: the terms of an order are a version of the rules, and its day."""

from alembic import op

revision = "loyalty_0003"
down_revision = "loyalty_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- By which an order earns in a unit: kept from its first earning on, whatever the rules become.
        CREATE TABLE loyalty.order_terms (
            order_id bigint NOT NULL,
            unit text NOT NULL,
            version bigint NOT NULL,
            day date NOT NULL,
            day_percent integer NOT NULL,
            PRIMARY KEY (order_id, unit)
        );
        INSERT INTO loyalty.order_terms (order_id, unit, version, day, day_percent)
        SELECT first.order_id, first.unit,
               coalesce((SELECT max(version) FROM loyalty.earning_rules WHERE at <= head.recorded_at),
                        (SELECT min(version) FROM loyalty.earning_rules)),
               (head.effective_at AT TIME ZONE 'Asia/Shanghai')::date, 100
        FROM loyalty.order_earning AS first JOIN loyalty.transaction AS head ON head.id = first.transaction_id
        WHERE first.number = 0;

        ALTER TABLE loyalty.order_earning
            ADD COLUMN rule integer,  -- its place in the version; NULL of those from before there were several for an order
            DROP COLUMN rate, DROP COLUMN per_fen, DROP COLUMN counts_when, DROP COLUMN expires_days;

        -- The lock of a row stands for what all orders of a customer have earned, where there are caps.
        CREATE TABLE loyalty.earner (customer_id bigint PRIMARY KEY);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
