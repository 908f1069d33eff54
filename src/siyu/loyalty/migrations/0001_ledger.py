"""The ledger: units, accounts, transactions and their postings, lots, holds, blocks, what is asked for by hand."""

from alembic import op

revision = "loyalty_0001"
down_revision = None
branch_labels = ("loyalty",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA loyalty;

        CREATE TABLE loyalty.unit (
            code text COLLATE "C" PRIMARY KEY,
            kind text NOT NULL,
            name text NOT NULL,
            grace_days integer CHECK (grace_days >= 0),
            by_hand bigint NOT NULL CHECK (by_hand >= 0)
        );
        INSERT INTO loyalty.unit (code, kind, name, by_hand)
        VALUES ('points', 'points', '积分', 1000), ('growth', 'growth', '成长值', 1000),
               ('group_points', 'group_points', '社群积分', 1000), ('fen', 'fen', '金额（分）', 0);

        -- The lock of a row stands for the lots and holds of its account. Rows of counted kinds are locked by nobody but
        -- the sealer: their balance is that of the sealed transactions.
        CREATE TABLE loyalty.account (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind text COLLATE "C" NOT NULL,
            owner bigint NOT NULL,
            unit text COLLATE "C" NOT NULL REFERENCES loyalty.unit,
            below_zero boolean NOT NULL,
            balance bigint NOT NULL DEFAULT 0 CHECK (below_zero OR balance >= 0),
            moved_to bigint,  -- of somebody merged away: where everything goes
            UNIQUE (kind, owner, unit)
        ) WITH (fillfactor = 75);
        CREATE INDEX account_owner ON loyalty.account (owner) WHERE owner <> 0;
        CREATE INDEX account_moved ON loyalty.account (moved_to) WHERE moved_to IS NOT NULL;

        CREATE SEQUENCE loyalty.transaction_id_seq;
        CREATE TABLE loyalty.transaction (
            id bigint PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            input_hash bytea NOT NULL,
            kind text COLLATE "C" NOT NULL,
            reason text NOT NULL,
            source text NOT NULL,
            actor text NOT NULL,
            via bigint NOT NULL,
            of_id bigint,
            effective_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL
        );
        CREATE UNIQUE INDEX transaction_reversed ON loyalty.transaction (of_id) WHERE kind = 'reversed';
        CREATE INDEX transaction_of ON loyalty.transaction (of_id) WHERE of_id IS NOT NULL;

        CREATE TABLE loyalty.posting (
            transaction_id bigint NOT NULL,
            place smallint NOT NULL,
            account_id bigint NOT NULL,
            amount bigint NOT NULL CHECK (amount <> 0),
            balance bigint,  -- of the account after it; NULL where it is counted later
            available_from timestamptz,
            expires_at timestamptz,
            PRIMARY KEY (transaction_id, place)
        );
        CREATE INDEX posting_account ON loyalty.posting (account_id, transaction_id);

        -- The id is that of the transaction that made it, times 2^20, and a number within it.
        CREATE TABLE loyalty.lot (
            id bigint PRIMARY KEY,
            account_id bigint NOT NULL,
            earned_by bigint NOT NULL,  -- the transaction that first earned it, before merges and splits
            amount bigint NOT NULL CHECK (amount > 0),
            remaining bigint NOT NULL CHECK (remaining BETWEEN 0 AND amount),
            available_from timestamptz,
            expires_at timestamptz,
            open boolean NOT NULL CHECK (open = (remaining > 0))
        ) WITH (fillfactor = 85);
        CREATE INDEX lot_account ON loyalty.lot (account_id) WHERE open;
        CREATE INDEX lot_expiry ON loyalty.lot (expires_at) WHERE open AND expires_at IS NOT NULL;
        CREATE INDEX lot_moved ON loyalty.lot (earned_by) WHERE earned_by <> id >> 20;

        -- What a transaction took from a lot (below zero) or gave back to it; then for_id is the transaction that took it.
        CREATE TABLE loyalty.lot_use (
            transaction_id bigint NOT NULL,
            lot_id bigint NOT NULL,
            place smallint NOT NULL,  -- in which order
            amount bigint NOT NULL CHECK (amount <> 0),
            for_id bigint,
            PRIMARY KEY (transaction_id, place)
        );
        CREATE INDEX lot_use_lot ON loyalty.lot_use (lot_id);
        CREATE INDEX lot_use_for ON loyalty.lot_use (for_id) WHERE for_id IS NOT NULL;

        CREATE TABLE loyalty.hold (
            transaction_id bigint PRIMARY KEY,
            account_id bigint NOT NULL,
            held_id bigint NOT NULL,
            amount bigint NOT NULL CHECK (amount > 0),
            until timestamptz NOT NULL,
            state text NOT NULL CHECK (state IN ('open', 'confirmed', 'released', 'ran_out')),
            settled_by bigint
        ) WITH (fillfactor = 85);
        CREATE INDEX hold_until ON loyalty.hold (until) WHERE state = 'open';
        CREATE INDEX hold_account ON loyalty.hold (account_id, transaction_id);

        -- What is committed and not sealed yet. Whatever the order of ids and commits, the sealer misses nothing.
        CREATE TABLE loyalty.unsealed (transaction_id bigint NOT NULL);

        CREATE TABLE loyalty.block (
            number bigint PRIMARY KEY,
            members int8multirange NOT NULL,
            transactions integer NOT NULL,
            postings integer NOT NULL,
            previous bytea NOT NULL,
            hash bytea NOT NULL,
            sealed_at timestamptz NOT NULL
        );

        CREATE TABLE loyalty.by_hand (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            account_kind text NOT NULL,
            owner bigint NOT NULL,
            unit text NOT NULL,
            amount bigint NOT NULL,
            expires_at timestamptz,
            reason text NOT NULL,
            asked_by text NOT NULL,
            asked_at timestamptz NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'posted', 'refused')),
            decided_by text NOT NULL DEFAULT '',
            decided_at timestamptz,
            transaction_id bigint
        );
        CREATE INDEX by_hand_waiting ON loyalty.by_hand (id) WHERE state = 'waiting';

        CREATE FUNCTION loyalty.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%.% is only ever added to: post a reversal instead', TG_TABLE_SCHEMA, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$;
    """)
    for table in ("transaction", "posting", "lot_use", "block"):
        op.execute(f"""
            CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION loyalty.refuse_change()
        """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
