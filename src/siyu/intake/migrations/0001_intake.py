"""The queue, what was seen before, and what could not be understood."""

from alembic import op

revision = "intake_0001"
down_revision = None
branch_labels = ("intake",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA intake;

        -- An envelope holds the messages that were made durable together.
        CREATE TABLE intake.envelope (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            lane smallint NOT NULL,
            messages integer NOT NULL,
            known_new boolean NOT NULL DEFAULT false,
            received_at timestamptz NOT NULL DEFAULT now(),
            body bytea NOT NULL
        );
        -- A queue row lives for milliseconds: compressing it would cost more than it saves.
        ALTER TABLE intake.envelope ALTER COLUMN body SET STORAGE EXTERNAL;
        ALTER TABLE intake.envelope SET (
            autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0,
            autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 0,
            toast.autovacuum_vacuum_threshold = 20000, toast.autovacuum_vacuum_scale_factor = 0
        );
        CREATE INDEX envelope_lane ON intake.envelope (lane, id);

        -- What was seen: the digest of (source, message id). One partition a period, so that a whole period is dropped
        -- at once; a digest is looked for in all of them and added to the current one.
        CREATE TABLE intake.seen (
            period integer NOT NULL,
            digest uuid NOT NULL,
            PRIMARY KEY (digest, period)
        ) PARTITION BY LIST (period);
        CREATE TABLE intake.seen_period (
            period integer PRIMARY KEY,
            began_at timestamptz NOT NULL,
            ended_at timestamptz
        );
        CREATE TABLE intake.seen_1 PARTITION OF intake.seen FOR VALUES IN (1);
        INSERT INTO intake.seen_period (period, began_at) VALUES (1, now());

        CREATE TABLE intake.dead_letter (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            source_id integer NOT NULL,
            message_id text NOT NULL,
            message_type text NOT NULL,
            stage text NOT NULL CHECK (stage IN ('door', 'pipeline')),
            code text NOT NULL,
            reason text NOT NULL,
            reason_zh text NOT NULL,
            received_at timestamptz NOT NULL,
            died_at timestamptz NOT NULL DEFAULT now(),
            state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded')),
            changed_at timestamptz,
            body bytea NOT NULL  -- sealed by the vault: it may hold personal data
        );
        CREATE INDEX dead_letter_state ON intake.dead_letter (state, id);
        CREATE INDEX dead_letter_source ON intake.dead_letter (source_id, id);

        CREATE TABLE intake.import_run (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            source_id integer NOT NULL,
            kind text NOT NULL CHECK (kind IN ('orders', 'customers')),
            file_name text NOT NULL,
            file_key text NOT NULL,
            file_bytes bigint NOT NULL,
            format text NOT NULL,
            header jsonb NOT NULL,
            state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
            checkpoint jsonb,
            bytes_read bigint NOT NULL DEFAULT 0,
            rows bigint NOT NULL DEFAULT 0,
            messages bigint NOT NULL DEFAULT 0,
            rejected bigint NOT NULL DEFAULT 0,
            error jsonb,
            started_by text NOT NULL,
            started_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz
        );
        CREATE INDEX import_run_file ON intake.import_run (file_key, source_id);

        CREATE TABLE intake.import_reject (
            run_id bigint NOT NULL REFERENCES intake.import_run,
            place bigint NOT NULL,  -- running number of the reject within its import
            line bigint NOT NULL,
            column_name text NOT NULL,
            code text NOT NULL,
            reason text NOT NULL,
            reason_zh text NOT NULL,
            cells bytea NOT NULL,  -- sealed by the vault
            PRIMARY KEY (run_id, place)
        );

        CREATE TABLE intake.mapping (
            name text PRIMARY KEY,
            body jsonb NOT NULL,
            saved_by text NOT NULL,
            saved_at timestamptz NOT NULL DEFAULT now()
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
