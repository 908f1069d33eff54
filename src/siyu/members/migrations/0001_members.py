"""Sessions of members, codes by SMS, answers to repeated requests, and deletions that were asked for."""

from alembic import op

revision = "members_0001"
down_revision = None
branch_labels = ("members",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA members;

        -- Only the SHA-256 of a token is kept. Whose it is says OneID by the identifier, also after merges and splits.
        CREATE TABLE members.session (
            token_hash bytea PRIMARY KEY,
            way text NOT NULL,
            type text NOT NULL,
            scope text NOT NULL,
            value text NOT NULL,  -- as OneID keeps it: a fingerprint of personal ones
            claim bytea NOT NULL,  -- the identifier itself, sealed by the vault: messages of the member name it
            login_hash bytea UNIQUE,  -- of the platform's sign-in it was opened with; one opens one session
            agent text NOT NULL,
            created_at timestamptz NOT NULL,
            last_used_at timestamptz NOT NULL,
            idle interval NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz
        );
        CREATE INDEX session_identifier ON members.session (value, type, scope);
        CREATE INDEX session_expires ON members.session (expires_at);

        -- phone and address are fingerprints; what counts as many is counted over both.
        CREATE TABLE members.sms_code (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            phone text NOT NULL,
            address text NOT NULL,
            code_hash bytea NOT NULL,
            tries smallint NOT NULL DEFAULT 0,
            state text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'used', 'failed')),
            sent_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX sms_code_phone ON members.sms_code (phone, sent_at);
        CREATE INDEX sms_code_address ON members.sms_code (address, sent_at);
        CREATE INDEX sms_code_sent ON members.sms_code (sent_at);

        -- What was answered to a request that may come again. answer is null only within the transaction that makes it.
        CREATE TABLE members.answer (
            session bytea NOT NULL,
            key text NOT NULL,
            input_hash bytea NOT NULL,
            answer jsonb,
            at timestamptz NOT NULL,
            PRIMARY KEY (session, key)
        );
        CREATE INDEX answer_at ON members.answer (at);

        CREATE TABLE members.deletion (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            customer_id bigint NOT NULL,
            asked_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL,
            taken_back_at timestamptz,
            done_at timestamptz
        );
        CREATE UNIQUE INDEX deletion_open ON members.deletion (customer_id)
            WHERE taken_back_at IS NULL AND done_at IS NULL;
        CREATE INDEX deletion_due ON members.deletion (due_at) WHERE taken_back_at IS NULL AND done_at IS NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
