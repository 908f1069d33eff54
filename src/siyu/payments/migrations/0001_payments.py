"""Merchants, payments, refunds, transfers."""

from alembic import op

revision = "payments_0001"
down_revision = None
branch_labels = ("payments",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA payments;

        CREATE TABLE payments.merchant (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            mch_id text COLLATE "C" NOT NULL UNIQUE,
            app_id text NOT NULL,
            name text NOT NULL,
            serial text NOT NULL,
            platform_key_id text NOT NULL,
            platform_key text NOT NULL,
            base_url text NOT NULL,
            private_key bytea NOT NULL,  -- sealed by the vault, as is the next
            api_key bytea NOT NULL,
            changed_at timestamptz NOT NULL
        );

        CREATE TABLE payments.payment (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            merchant_id bigint NOT NULL REFERENCES payments.merchant,
            number text COLLATE "C" NOT NULL UNIQUE,
            key text COLLATE "C" NOT NULL UNIQUE,
            input_hash bytea NOT NULL,
            customer_id bigint NOT NULL,
            payer text NOT NULL,
            about text NOT NULL,
            description text NOT NULL,
            fen bigint NOT NULL CHECK (fen > 0),
            state text NOT NULL CHECK (state IN ('new', 'open', 'paid', 'closed')),
            prepaid_by text NOT NULL DEFAULT '',
            expires_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            platform_id text NOT NULL DEFAULT '',
            paid_at timestamptz,
            refunded_fen bigint NOT NULL DEFAULT 0 CHECK (refunded_fen BETWEEN 0 AND fen),
            look_at timestamptz,  -- when the platform is asked next; NULL: not any more
            looks integer NOT NULL DEFAULT 0
        ) WITH (fillfactor = 80);
        CREATE INDEX payment_look ON payments.payment (look_at) WHERE look_at IS NOT NULL;
        CREATE INDEX payment_customer ON payments.payment (customer_id, id);

        CREATE TABLE payments.refund (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            payment_id bigint NOT NULL REFERENCES payments.payment,
            number text COLLATE "C" NOT NULL UNIQUE,
            key text COLLATE "C" NOT NULL UNIQUE,
            input_hash bytea NOT NULL,
            fen bigint NOT NULL CHECK (fen > 0),
            reason text NOT NULL,
            actor text NOT NULL,
            state text NOT NULL CHECK (state IN ('new', 'processing', 'done', 'failed')),
            created_at timestamptz NOT NULL,
            platform_id text NOT NULL DEFAULT '',
            done_at timestamptz,
            look_at timestamptz,
            looks integer NOT NULL DEFAULT 0
        ) WITH (fillfactor = 80);
        CREATE INDEX refund_look ON payments.refund (look_at) WHERE look_at IS NOT NULL;
        CREATE INDEX refund_payment ON payments.refund (payment_id, id);

        CREATE TABLE payments.transfer (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            merchant_id bigint NOT NULL REFERENCES payments.merchant,
            number text COLLATE "C" NOT NULL UNIQUE,
            key text COLLATE "C" NOT NULL UNIQUE,
            input_hash bytea NOT NULL,
            customer_id bigint NOT NULL,
            payee text NOT NULL,
            about text NOT NULL,
            remark text NOT NULL,
            scene text NOT NULL,
            fen bigint NOT NULL CHECK (fen > 0),
            state text NOT NULL CHECK (state IN ('new', 'waiting', 'moving', 'done', 'failed', 'cancelled')),
            package text NOT NULL DEFAULT '',
            platform_id text NOT NULL DEFAULT '',
            failed_for text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL,
            look_at timestamptz,
            looks integer NOT NULL DEFAULT 0
        ) WITH (fillfactor = 80);
        CREATE INDEX transfer_look ON payments.transfer (look_at) WHERE look_at IS NOT NULL;
        CREATE INDEX transfer_customer ON payments.transfer (customer_id, id);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
