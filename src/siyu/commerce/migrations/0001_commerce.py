"""Orders, their lines, products."""

from alembic import op

revision = "commerce_0001"
down_revision = None
branch_labels = ("commerce",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA commerce;

        -- One row an order. stated_* is what a source said of the whole order, with the version of the view that said
        -- it; paid_fen and refunded_fen are what counts, computed from stated_* and the lines.
        CREATE TABLE commerce.order_header (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            platform text NOT NULL,
            shop text NOT NULL,
            order_no text NOT NULL,
            customer_id bigint NOT NULL,
            via bigint NOT NULL,
            status smallint NOT NULL,
            raw_status text,
            ordered_at timestamptz NOT NULL,
            placed_at timestamptz,
            paid_at timestamptz,
            shipped_at timestamptz,
            received_at timestamptz,
            closed_at timestamptz,
            total_fen bigint,
            postage_fen bigint,
            paid_fen bigint NOT NULL,
            refunded_fen bigint NOT NULL,
            stated_paid_fen bigint,
            stated_paid_version bigint NOT NULL,
            stated_paid_heard bigint NOT NULL,
            stated_refunded_fen bigint,
            stated_refunded_version bigint NOT NULL,
            refund_all boolean NOT NULL,
            refund_status text,
            told smallint NOT NULL,
            version bigint NOT NULL,
            source_id bigint NOT NULL,
            receiver jsonb,
            extra jsonb,
            UNIQUE (platform, shop, order_no)
        ) WITH (fillfactor = 85);
        CREATE INDEX order_header_of_customer ON commerce.order_header (customer_id, ordered_at, id);
        CREATE INDEX order_header_via ON commerce.order_header (via) WHERE via <> 0;

        CREATE TABLE commerce.order_line (
            order_id bigint NOT NULL,
            line_no text NOT NULL,
            product_no text,
            sku text,
            title text,
            category text,
            quantity integer NOT NULL,
            price_fen bigint,
            paid_fen bigint,
            refunded_fen bigint,
            refund_status text,
            version bigint NOT NULL,
            heard bigint NOT NULL,
            PRIMARY KEY (order_id, line_no)
        );

        CREATE TABLE commerce.product (
            platform text NOT NULL,
            product_no text NOT NULL,
            title text,
            category text,
            version bigint NOT NULL,
            PRIMARY KEY (platform, product_no)
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
