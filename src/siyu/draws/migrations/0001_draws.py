"""Draws: rules in versions, rounds with their seeds, every draw, what was handed out, and orders that are given back."""

from alembic import op

revision = "draws_0001"
down_revision = None
branch_labels = ("draws",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA draws;

        -- The newest version is in force; rounds keep the one in which they were published.
        CREATE TABLE draws.rules (
            version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            rules jsonb NOT NULL,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL
        );

        CREATE TABLE draws.round (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind text NOT NULL CHECK (kind IN ('pool', 'free_orders')),
            code text COLLATE "C" NOT NULL,
            version bigint NOT NULL REFERENCES draws.rules,
            rule text NOT NULL,  -- as JSON, of which the hash is
            rule_hash text NOT NULL,
            seed bytea NOT NULL,  -- sealed by the vault until the round has ended
            seed_hash text NOT NULL,
            opens_at timestamptz NOT NULL,
            closes_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL,  -- when it is ended by itself
            published_at timestamptz NOT NULL,
            published_by text NOT NULL,
            confirmed text[] NOT NULL,
            ended_at timestamptz,
            ended_by text NOT NULL DEFAULT '',
            revealed text  -- the seed in hexadecimal
        );
        CREATE INDEX round_code ON draws.round (code, id);
        CREATE INDEX round_due ON draws.round (due_at) WHERE ended_at IS NULL;

        -- The lock of a row stands for the draws of a person in a round.
        CREATE TABLE draws.player (
            round_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            nonce integer NOT NULL DEFAULT 0,  -- of their next draw
            drawn integer NOT NULL DEFAULT 0,  -- with those of whoever was merged into them
            day date,
            of_day integer NOT NULL DEFAULT 0,
            PRIMARY KEY (round_id, customer_id)
        ) WITH (fillfactor = 75);
        CREATE INDEX player_customer ON draws.player (customer_id);

        CREATE TABLE draws.draw (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            round_id bigint NOT NULL,
            version bigint NOT NULL,
            key text COLLATE "C" NOT NULL UNIQUE,
            input_hash bytea NOT NULL,
            customer_id bigint NOT NULL,
            nonce integer NOT NULL,
            client_seed text NOT NULL,
            number integer NOT NULL CHECK (number BETWEEN 0 AND 999999),
            drawn text COLLATE "C" NOT NULL,
            prize text COLLATE "C" NOT NULL,
            why text NOT NULL CHECK (why IN ('', 'out_of_stock', 'over_budget')),
            stock_before bigint,
            stock_after bigint,
            budget_before bigint,
            budget_after bigint,
            paid_by bigint,
            given_by bigint,
            actor text NOT NULL,
            at timestamptz NOT NULL,
            UNIQUE (round_id, customer_id, nonce)
        );
        CREATE INDEX draw_round ON draws.draw (round_id, id);
        CREATE INDEX draw_customer ON draws.draw (customer_id, id);

        CREATE TABLE draws.handed (
            draw_id bigint PRIMARY KEY,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            note text NOT NULL,
            transaction_id bigint NOT NULL
        );

        -- Orders that took part, the winners with what they got.
        CREATE TABLE draws.entry (
            round_id bigint NOT NULL,
            order_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            named text NOT NULL,
            fen bigint NOT NULL CHECK (fen > 0),
            digest text COLLATE "C" NOT NULL,
            place integer NOT NULL CHECK (place > 0),
            given bigint NOT NULL,
            transaction_id bigint,
            at timestamptz NOT NULL,
            PRIMARY KEY (round_id, place)
        );
        CREATE INDEX entry_winner ON draws.entry (order_id) WHERE given > 0;
        CREATE INDEX entry_customer ON draws.entry (customer_id);
        CREATE TABLE draws.entry_taken (
            round_id bigint NOT NULL,
            place integer NOT NULL,
            taken bigint NOT NULL CHECK (taken > 0),
            PRIMARY KEY (round_id, place)
        );

        -- The lock of a row stands for the rebates of a customer.
        CREATE TABLE draws.buyer (customer_id bigint PRIMARY KEY);
        CREATE TABLE draws.rebate_given (
            code text COLLATE "C" NOT NULL,
            customer_id bigint NOT NULL,
            version bigint NOT NULL REFERENCES draws.rules,
            transaction_id bigint PRIMARY KEY,
            amount bigint NOT NULL CHECK (amount > 0),
            taken bigint NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND amount)
        );
        CREATE INDEX rebate_customer ON draws.rebate_given (customer_id, code);

        -- Whoever forgets says before which moment; nothing younger goes, and nothing is changed.
        CREATE FUNCTION draws.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.at < CAST(nullif(current_setting('draws.forgotten_before', true), '') AS timestamptz) THEN
                    RETURN OLD;
                END IF;
            END IF;
            RAISE EXCEPTION '%.% is the record of draws: it is only added to, and kept', TG_TABLE_SCHEMA, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$;
    """)
    for table in ("draw", "handed", "entry", "rules"):
        op.execute(f"""
            CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON draws.{table}
            FOR EACH ROW EXECUTE FUNCTION draws.refuse_change();
            CREATE TRIGGER never_emptied BEFORE TRUNCATE ON draws.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION draws.refuse_change();
        """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
