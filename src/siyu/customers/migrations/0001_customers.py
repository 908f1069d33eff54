"""Profiles, tags, consent, relations."""

from alembic import op

revision = "customers_0001"
down_revision = None
branch_labels = ("customers",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA customers;

        -- One row a customer. personal maps a trait to a fingerprint of the vault, tokens are those fingerprints again
        -- for finding; trait_times says when each trait (also a removed one) was last heard of, in epoch milliseconds.
        CREATE TABLE customers.profile (
            customer_id bigint PRIMARY KEY,
            traits jsonb NOT NULL DEFAULT '{}',
            personal jsonb NOT NULL DEFAULT '{}',
            trait_times jsonb NOT NULL DEFAULT '{}',
            tokens text[] NOT NULL DEFAULT '{}',
            first_seen_at timestamptz NOT NULL,
            last_seen_at timestamptz NOT NULL,
            first_source_id bigint NOT NULL
        ) WITH (fillfactor = 80);  -- last_seen_at moves often and is in no index, so it moves within the page
        CREATE INDEX profile_tokens ON customers.profile USING gin (tokens) WHERE tokens <> '{}';

        CREATE TABLE customers.tag (
            customer_id bigint NOT NULL,
            tag text NOT NULL,
            source text NOT NULL,
            since timestamptz NOT NULL,
            PRIMARY KEY (customer_id, tag, source)
        );
        CREATE INDEX tag_customers ON customers.tag (tag, customer_id);

        CREATE TABLE customers.consent (
            customer_id bigint NOT NULL,
            channel text NOT NULL,
            purpose text NOT NULL CHECK (purpose IN ('service', 'transactional', 'marketing')),
            state text NOT NULL CHECK (state IN ('granted', 'denied', 'unknown')),
            since timestamptz NOT NULL,
            source text NOT NULL,
            PRIMARY KEY (customer_id, channel, purpose)
        );

        CREATE TABLE customers.relation (
            customer_id bigint NOT NULL,
            kind text NOT NULL
                CHECK (kind IN ('follower', 'subscriber', 'member', 'friend', 'group_member', 'fan')),
            scope text NOT NULL,
            since timestamptz NOT NULL,
            ended_at timestamptz,
            source text NOT NULL,
            as_of timestamptz NOT NULL,  -- when the newest word on it is from
            PRIMARY KEY (customer_id, kind, scope)
        );
        CREATE INDEX relation_standing ON customers.relation (kind, customer_id) WHERE ended_at IS NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
