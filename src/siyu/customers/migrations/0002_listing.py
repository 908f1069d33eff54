"""Where each customer stands (ladder, value, orders) in one indexed place; what is to be counted again; exports."""

from alembic import op

revision = "customers_0002"
down_revision = "customers_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The list is sorted by it. By the hour, so that last_seen_at may go on moving within its page: an update that
        -- changes no indexed column touches no index.
        ALTER TABLE customers.profile ADD COLUMN seen_hour timestamp
            GENERATED ALWAYS AS (date_trunc('hour', last_seen_at AT TIME ZONE 'UTC')) STORED;
        CREATE INDEX profile_seen ON customers.profile (seen_hour, customer_id);
        CREATE INDEX profile_first_seen ON customers.profile (first_seen_at, customer_id);
        CREATE INDEX profile_source ON customers.profile (first_source_id);

        -- Everybody who is more than a nameless device. Derived: counted again from orders, relations and identifiers
        -- whenever customers.stale says so; losing it loses nothing.
        CREATE TABLE customers.standing (
            customer_id bigint PRIMARY KEY,
            layer smallint NOT NULL,
            known_since timestamptz,
            orders integer NOT NULL,
            net_fen bigint NOT NULL,
            first_order_at timestamptz,
            last_order_at timestamptz,
            places text[] NOT NULL  -- where they bought: 'jd', and 'jd/name of the shop'
        );
        CREATE INDEX standing_value ON customers.standing (net_fen, customer_id) WHERE orders > 0;
        CREATE INDEX standing_orders ON customers.standing (orders, customer_id) WHERE orders > 0;
        CREATE INDEX standing_last_order ON customers.standing (last_order_at, customer_id) WHERE orders > 0;
        CREATE INDEX standing_layer ON customers.standing (layer, customer_id) WHERE layer > 0;
        CREATE INDEX standing_known ON customers.standing (known_since) WHERE known_since IS NOT NULL;
        CREATE INDEX standing_places ON customers.standing USING gin (places) WHERE orders > 0;

        -- Customers to be counted again; one row says it of many. Written in the transaction that changes them.
        CREATE TABLE customers.stale (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            marked_at timestamptz NOT NULL DEFAULT now(),
            customer_ids bigint[] NOT NULL
        ) WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
        INSERT INTO customers.stale (customer_ids)
        SELECT array_agg(customer_id) FROM (
            SELECT customer_id, row_number() OVER (ORDER BY customer_id) / 1000 AS chunk FROM customers.profile
        ) AS everybody GROUP BY chunk ORDER BY chunk;

        CREATE TABLE customers.export (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'expired')),
            wanted jsonb NOT NULL,
            columns text[] NOT NULL,
            reveal boolean NOT NULL,
            rows bigint NOT NULL DEFAULT 0,
            bytes bigint NOT NULL DEFAULT 0,
            file text,
            error jsonb,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            finished_at timestamptz,
            expires_at timestamptz
        );
        CREATE INDEX export_expiry ON customers.export (expires_at) WHERE state = 'done';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
