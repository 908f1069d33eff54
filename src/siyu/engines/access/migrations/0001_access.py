"""Operators, sessions, keys, sources, audit."""

from alembic import op

revision = "access_0001"
down_revision = None
branch_labels = ("access",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA access;

        CREATE TABLE access.operator (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            login text NOT NULL UNIQUE,  -- case folded
            name text NOT NULL,
            password_hash text NOT NULL,
            roles text[] NOT NULL,
            created_at timestamptz NOT NULL,
            disabled_at timestamptz
        );

        -- Only the SHA-256 of a token is kept: who reads this table cannot sign in with it.
        CREATE TABLE access.session (
            token_hash bytea PRIMARY KEY,
            operator_id bigint NOT NULL REFERENCES access.operator,
            agent text NOT NULL,
            created_at timestamptz NOT NULL,
            last_used_at timestamptz NOT NULL,
            idle interval NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX session_operator ON access.session (operator_id);

        CREATE TABLE access.attempt (
            login text PRIMARY KEY,
            failures integer NOT NULL,
            last_at timestamptz NOT NULL
        );
        CREATE INDEX attempt_last ON access.attempt (last_at);

        -- One-time links: operator_id is null for the first owner, otherwise whose password is set anew.
        CREATE TABLE access.link (
            token_hash bytea PRIMARY KEY,
            operator_id bigint REFERENCES access.operator,
            expires_at timestamptz NOT NULL
        );

        CREATE TABLE access.api_key (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            prefix text NOT NULL,
            key_hash bytea NOT NULL UNIQUE,
            scopes text[] NOT NULL,
            created_by text NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz,
            revoked_at timestamptz,
            last_used_at timestamptz
        );

        CREATE TABLE access.source (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            kind text NOT NULL,
            settings jsonb NOT NULL DEFAULT '{}',
            created_at timestamptz NOT NULL
        );

        CREATE TABLE access.write_key (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            source_id bigint NOT NULL REFERENCES access.source,
            key text NOT NULL UNIQUE,
            created_at timestamptz NOT NULL,
            revoked_at timestamptz
        );
        CREATE INDEX write_key_source ON access.write_key (source_id);

        CREATE TABLE access.audit (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            actor text NOT NULL,
            action text NOT NULL,
            target text NOT NULL,
            details jsonb NOT NULL
        );
        CREATE INDEX audit_target ON access.audit (target, id);
        CREATE INDEX audit_actor ON access.audit (actor, id);

        CREATE FUNCTION access.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the audit is append only';
        END $$;
        CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access.audit
            FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
