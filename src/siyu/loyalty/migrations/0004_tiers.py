"""Tiers: their rules in versions, in which customers are, and who has to be looked at."""

from alembic import op

revision = "loyalty_0004"
down_revision = "loyalty_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The newest version is in force.
        CREATE TABLE loyalty.tier_rules (
            version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            rules jsonb NOT NULL,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL
        );

        -- Who never left the lowest tier has no row.
        CREATE TABLE loyalty.tier_standing (
            customer_id bigint PRIMARY KEY,
            tier text NOT NULL,
            place integer NOT NULL,
            since timestamptz NOT NULL,
            until timestamptz,  -- kept until then although less is there
            why text NOT NULL,
            figure bigint NOT NULL,
            version bigint NOT NULL,
            next_at timestamptz  -- when to look again even though nothing happens
        ) WITH (fillfactor = 85);
        CREATE INDEX tier_standing_next ON loyalty.tier_standing (next_at) WHERE next_at IS NOT NULL;
        CREATE INDEX tier_standing_tier ON loyalty.tier_standing (tier);

        -- Who has to be looked at now. Only added to and taken from: whoever writes here waits for nobody.
        CREATE TABLE loyalty.tier_due (customer_ids bigint[] NOT NULL);

        -- After the rules were changed everybody is looked at, from the lowest id on.
        CREATE TABLE loyalty.tier_round (alone boolean PRIMARY KEY DEFAULT true CHECK (alone), after bigint NOT NULL);

        ALTER TABLE loyalty.order_terms ADD COLUMN tier_percent integer NOT NULL DEFAULT 100;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
