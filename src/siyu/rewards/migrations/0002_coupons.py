"""Coupons: templates, batches of issue, coupons with their codes, how many each person has had, and where they were used."""

from alembic import op

revision = "rewards_0002"
down_revision = "rewards_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE rewards.template (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            terms jsonb NOT NULL,
            state text NOT NULL CHECK (state IN ('draft', 'live', 'paused', 'ended')),
            version integer NOT NULL,
            shared_code text COLLATE "C" UNIQUE,
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL
        );

        CREATE TABLE rewards.batch (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            input_hash bytea NOT NULL,
            template_id bigint NOT NULL REFERENCES rewards.template,
            coupons integer NOT NULL DEFAULT 0,
            refused jsonb NOT NULL DEFAULT '[]',
            refused_count integer NOT NULL DEFAULT 0,
            made_at timestamptz NOT NULL
        );

        CREATE TABLE rewards.coupon (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            template_id bigint NOT NULL REFERENCES rewards.template,
            batch_id bigint NOT NULL REFERENCES rewards.batch,
            code text COLLATE "C" UNIQUE,  -- NULL where the template has a shared one
            customer_id bigint NOT NULL,  -- 0: nobody has it yet, only its code is out
            state text NOT NULL CHECK (state IN ('held', 'used', 'expired', 'revoked')),
            valid_from timestamptz,
            valid_until timestamptz,
            reserved_fen bigint NOT NULL CHECK (reserved_fen >= 0),
            transaction_id bigint NOT NULL,  -- that gave it; of one that nobody has, that put it among those that are out
            issued_at timestamptz NOT NULL
        ) WITH (fillfactor = 90);
        CREATE INDEX coupon_customer ON rewards.coupon (customer_id, id) WHERE customer_id <> 0;
        CREATE INDEX coupon_template ON rewards.coupon (template_id, id);
        CREATE INDEX coupon_batch ON rewards.coupon (batch_id);
        CREATE INDEX coupon_until ON rewards.coupon (valid_until) WHERE state = 'held';

        CREATE TABLE rewards.coupon_taken (
            template_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            coupons integer NOT NULL CHECK (coupons >= 0),
            PRIMARY KEY (template_id, customer_id)
        ) WITH (fillfactor = 90);

        CREATE TABLE rewards.use (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            input_hash bytea NOT NULL,
            order_no text NOT NULL,
            customer_id bigint NOT NULL,
            off_fen bigint NOT NULL,
            returned text[] NOT NULL DEFAULT '{}',  -- lines that were refunded
            used_at timestamptz NOT NULL
        );
        CREATE INDEX use_order ON rewards.use (order_no);

        -- The ledger has the transaction under the key `coupon:<coupon>:used:<use>`.
        CREATE TABLE rewards.use_coupon (
            use_id bigint NOT NULL REFERENCES rewards.use,
            coupon_id bigint NOT NULL REFERENCES rewards.coupon,
            template_id bigint NOT NULL,
            off_fen bigint NOT NULL,
            cost_fen bigint NOT NULL,
            shares jsonb NOT NULL,
            returned_at timestamptz,
            PRIMARY KEY (use_id, coupon_id)
        );
        CREATE INDEX use_coupon_template ON rewards.use_coupon (template_id) WHERE returned_at IS NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
