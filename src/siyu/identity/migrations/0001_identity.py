"""Identifiers, evidence, the ledger of acts, and the alias map."""

from alembic import op

revision = "identity_0001"
down_revision = None
branch_labels = ("identity",)
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE SCHEMA identity;

    -- Customers and identifiers share one sequence, so that one alias map can speak of both.
    CREATE SEQUENCE identity.id_seq;
    -- The order in which links and acts were decided. Taken while the customers concerned are locked.
    CREATE SEQUENCE identity.log_seq;

    CREATE TABLE identity.customer (
        id bigint PRIMARY KEY,
        created_at timestamptz NOT NULL,
        merged_into bigint
    ) WITH (fillfactor = 90);

    CREATE TABLE identity.identifier (
        id bigint PRIMARY KEY,
        customer_id bigint NOT NULL,
        first_seen timestamptz NOT NULL,
        last_seen timestamptz NOT NULL,
        conflicts smallint NOT NULL DEFAULT 0,
        moved boolean NOT NULL DEFAULT false,
        type text COLLATE "C" NOT NULL,
        scope text COLLATE "C" NOT NULL,
        value text COLLATE "C" NOT NULL
    ) WITH (fillfactor = 85);
    COMMENT ON COLUMN identity.identifier.conflicts IS
        'how often it was claimed for somebody else; -1 when it is shared and merges no more';
    COMMENT ON COLUMN identity.identifier.moved IS 'it left a customer, so its facts follow it through the alias map';
    CREATE UNIQUE INDEX identifier_value ON identity.identifier (value, type, scope);
    CREATE INDEX identifier_customer ON identity.identifier (customer_id);

    CREATE TABLE identity.evidence (
        stronger bigint NOT NULL,
        weaker bigint NOT NULL,
        contact_seq bigint,
        self_seq bigint,
        first_seen timestamptz NOT NULL,
        last_seen timestamptz NOT NULL,
        source_id bigint NOT NULL,
        times integer NOT NULL,
        strength smallint NOT NULL,
        state smallint NOT NULL,
        reason text COLLATE "C" NOT NULL DEFAULT '',
        message_id text COLLATE "C" NOT NULL,
        PRIMARY KEY (stronger, weaker)
    ) WITH (fillfactor = 85);
    COMMENT ON COLUMN identity.evidence.contact_seq IS 'place in the log where it was first said as a contact';
    COMMENT ON COLUMN identity.evidence.self_seq IS 'place in the log where the person themselves first said so';
    CREATE INDEX evidence_weaker ON identity.evidence (weaker);
    CREATE INDEX evidence_review ON identity.evidence (first_seen, stronger, weaker) WHERE state = 5;

    CREATE TABLE identity.apart (
        one bigint NOT NULL,
        other bigint NOT NULL,
        PRIMARY KEY (one, other)
    );
    CREATE INDEX apart_other ON identity.apart (other);

    CREATE TABLE identity.ledger (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        seq bigint NOT NULL,
        op text COLLATE "C" NOT NULL,
        customer_id bigint NOT NULL,
        other_id bigint NOT NULL,
        identifiers bigint[] NOT NULL,
        stronger bigint NOT NULL,
        weaker bigint NOT NULL,
        actor text NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL
    );
    CREATE INDEX ledger_customer ON identity.ledger (customer_id);
    CREATE INDEX ledger_other ON identity.ledger (other_id);
    CREATE INDEX ledger_act ON identity.ledger (seq) WHERE op IN ('confirm', 'split', 'reject');

    -- Every id that facts may carry and that is now somebody else's: merged customers and moved identifiers.
    CREATE TABLE identity.alias (
        id bigint PRIMARY KEY,
        customer_id bigint NOT NULL,
        version bigint NOT NULL,
        is_identifier boolean NOT NULL
    ) WITH (fillfactor = 85);
    CREATE INDEX alias_customer ON identity.alias (customer_id);

    -- From which customers an identifier moved away: their readers must leave its facts out.
    CREATE TABLE identity.departure (
        customer_id bigint NOT NULL,
        identifier_id bigint NOT NULL,
        PRIMARY KEY (customer_id, identifier_id)
    );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations run forward only")
